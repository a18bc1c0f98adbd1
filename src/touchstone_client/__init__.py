"""The Python SDK of Touchstone and its `touchstone` command; HTTP only.

`client.Touchstone` is the way in; `errors` draws what can go wrong.
"""

from touchstone_client.client import Touchstone
from touchstone_client.errors import (
    ApiError,
    BadFile,
    ChecksumMismatch,
    Conflict,
    Forbidden,
    Invalid,
    NotFound,
    RateLimited,
    ServerError,
    TouchstoneError,
    TransportError,
    Unauthenticated,
)
from touchstone_client.evaluations import Comparison, Evaluation, Metric, SystemRun
from touchstone_client.items import ImportReport, RowError
from touchstone_client.markets import Locale, Market
from touchstone_client.me import Me, Role
from touchstone_client.plans import (
    ExpectedCost,
    GuidelineVersion,
    Lessons,
    Plan,
    PlanDraft,
    PlanLocaleDraft,
    PlanRiskDraft,
    PlanSummary,
)
from touchstone_client.projects import Member, Progress, Project, ProjectDetail
from touchstone_client.qualification import (
    GoldTest,
    PracticeExample,
    PracticeFeedback,
    QualificationResult,
    Quiz,
    QuizAnswer,
    QuizChoice,
    QuizQuestion,
    TestTask,
    WorkStep,
)
from touchstone_client.quality import (
    Annotator,
    ConsensusRun,
    Lot,
    Measurement,
    QualityReport,
    Queues,
)
from touchstone_client.releases import Decision, Release, ReleaseFile, ReleaseSummary
from touchstone_client.requests import Request, RequestDraft, RequestSummary, Step
from touchstone_client.value import Assumptions, CostLine, Costs, CostShare, ReturnEstimate
from touchstone_client.work import Guideline, Submitted, Task, Tasks, Work

__all__ = (
    "Annotator",
    "ApiError",
    "Assumptions",
    "BadFile",
    "ChecksumMismatch",
    "Comparison",
    "Conflict",
    "ConsensusRun",
    "CostLine",
    "CostShare",
    "Costs",
    "Decision",
    "Evaluation",
    "ExpectedCost",
    "Forbidden",
    "GoldTest",
    "Guideline",
    "GuidelineVersion",
    "ImportReport",
    "Invalid",
    "Lessons",
    "Locale",
    "Lot",
    "Market",
    "Me",
    "Measurement",
    "Member",
    "Metric",
    "NotFound",
    "Plan",
    "PlanDraft",
    "PlanLocaleDraft",
    "PlanRiskDraft",
    "PlanSummary",
    "PracticeExample",
    "PracticeFeedback",
    "Progress",
    "Project",
    "ProjectDetail",
    "QualificationResult",
    "QualityReport",
    "Queues",
    "Quiz",
    "QuizAnswer",
    "QuizChoice",
    "QuizQuestion",
    "RateLimited",
    "Release",
    "ReleaseFile",
    "ReleaseSummary",
    "Request",
    "RequestDraft",
    "RequestSummary",
    "ReturnEstimate",
    "Role",
    "RowError",
    "ServerError",
    "Step",
    "Submitted",
    "SystemRun",
    "Task",
    "Tasks",
    "TestTask",
    "Touchstone",
    "TouchstoneError",
    "TransportError",
    "Unauthenticated",
    "Work",
    "WorkStep",
)
