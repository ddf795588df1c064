"""What the user declares: frozen records read from a project file, errors in the user's words."""

from typing import TYPE_CHECKING

from leadrank.faces import later

if TYPE_CHECKING:
    from leadrank.project.economics import Economics
    from leadrank.project.modelling import CandidateName, Modelling, Settings, Validation
    from leadrank.project.project import Project
    from leadrank.project.protected import blocked_columns
    from leadrank.project.read import parse_project, read_project
    from leadrank.project.tables import ACCEPTED, Column, GroupMedian, LeadTable
    from leadrank.project.target import Target
    from leadrank.project.tiers import Decision, Tier, WantedThreshold

later(
    __name__, economics="Economics", modelling="CandidateName Modelling Settings Validation", project="Project", protected="blocked_columns",
    read="parse_project read_project", tables="ACCEPTED Column GroupMedian LeadTable", target="Target", tiers="Decision Tier WantedThreshold",
)
