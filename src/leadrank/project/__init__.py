"""What the user declares: frozen records read from a project file, errors in the user's words."""

from typing import TYPE_CHECKING

from leadrank.faces import later

if TYPE_CHECKING:
    from leadrank.project.cutoffs import Counting, Cutoffs, Scores
    from leadrank.project.economics import Economics
    from leadrank.project.modelling import CandidateName, Modelling, Settings, Validation
    from leadrank.project.project import Project
    from leadrank.project.protected import Protected, blocked_columns, protect, protected_columns
    from leadrank.project.read import parse_project, read_project
    from leadrank.project.routing import Routing, RoutingRule, Strategy, When
    from leadrank.project.scorecard import ScoreRule
    from leadrank.project.serving import Serving
    from leadrank.project.spans import days_of
    from leadrank.project.tables import ACCEPTED, Band, Column, EventTable, GroupMedian, LeadTable, ParentTable, name_of_table
    from leadrank.project.target import CONVERTED, OUTCOMES, Target
    from leadrank.project.tiers import Decision, Tier, WantedThreshold
    from leadrank.project.watch import Watch, watched_columns

later(
    __name__, cutoffs="Counting Cutoffs Scores", economics="Economics", modelling="CandidateName Modelling Settings Validation", project="Project",
    protected="Protected blocked_columns protect protected_columns", read="parse_project read_project",
    routing="Routing RoutingRule Strategy When", scorecard="ScoreRule", serving="Serving", spans="days_of",
    tables="ACCEPTED Band Column EventTable GroupMedian LeadTable ParentTable name_of_table", target="CONVERTED OUTCOMES Target",
    tiers="Decision Tier WantedThreshold", watch="Watch watched_columns",
)
