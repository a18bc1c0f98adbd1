"""The annotator's and auditor's screen: keyboard first."""
