"""What the user declares: frozen records read from a project file, errors in the user's words."""

from leadrank.project.economics import Economics
from leadrank.project.modelling import CandidateName, Modelling, Settings, Validation
from leadrank.project.project import Project
from leadrank.project.protected import blocked_columns
from leadrank.project.read import parse_project, read_project
from leadrank.project.tables import ACCEPTED, Column, GroupMedian, LeadTable
from leadrank.project.target import Target
from leadrank.project.tiers import Decision, Tier, WantedThreshold

__all__ = [
    "ACCEPTED", "CandidateName", "Column", "Decision", "Economics", "GroupMedian", "LeadTable", "Modelling", "Project", "Settings", "Target", "Tier",
    "Validation", "WantedThreshold", "blocked_columns", "parse_project", "read_project",
]
