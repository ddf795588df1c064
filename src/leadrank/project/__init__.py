"""What the user declares: frozen records read from a project file, errors in the user's words."""

from typing import TYPE_CHECKING

from leadrank.faces import later

if TYPE_CHECKING:
    from leadrank.project.cutoffs import Counting, Cutoffs
    from leadrank.project.economics import Economics
    from leadrank.project.modelling import CandidateName, Modelling, Settings, Validation
    from leadrank.project.project import Project
    from leadrank.project.protected import blocked_columns
    from leadrank.project.read import parse_project, read_project
    from leadrank.project.spans import days_of
    from leadrank.project.tables import ACCEPTED, Band, Column, EventTable, GroupMedian, LeadTable, ParentTable, name_of_table
    from leadrank.project.target import CONVERTED, Target
    from leadrank.project.tiers import Decision, Tier, WantedThreshold
    from leadrank.project.watch import Watch

later(
    __name__, cutoffs="Counting Cutoffs", economics="Economics", modelling="CandidateName Modelling Settings Validation", project="Project",
    protected="blocked_columns", read="parse_project read_project", spans="days_of",
    tables="ACCEPTED Band Column EventTable GroupMedian LeadTable ParentTable name_of_table", target="CONVERTED Target",
    tiers="Decision Tier WantedThreshold", watch="Watch",
)
