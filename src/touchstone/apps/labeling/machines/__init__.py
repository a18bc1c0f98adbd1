"""Annotators of kind machine: what they are told, what they were asked, what it cost.

A machine leases and submits like a person, but takes no place of the overlap (`in_overlap`,
`counts`), so that the labels of people stay what they are. Whoever asks the model over the wire is
`flows.machine_work`.
"""
