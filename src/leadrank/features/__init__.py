"""What was known at the cutoff, as numbers and codes."""

from typing import TYPE_CHECKING

from leadrank.faces import later

if TYPE_CHECKING:
    from leadrank.features.cutoffs import cutoff_rows, rows_at
    from leadrank.features.encode import Encoder, Input, encode, encode_one, fit_encoder
    from leadrank.features.featurizer import featurize, fit_featurizer
    from leadrank.features.half_life import half_life_findings
    from leadrank.features.incremental import IncrementalFeaturizer, LeadState
    from leadrank.features.naming import kinds_of
    from leadrank.features.plan import Featurizer, HalfLife
    from leadrank.features.things import things_of

later(
    __name__, cutoffs="cutoff_rows rows_at", encode="Encoder Input encode encode_one fit_encoder", featurizer="featurize fit_featurizer",
    half_life="half_life_findings", incremental="IncrementalFeaturizer LeadState", naming="kinds_of", plan="Featurizer HalfLife",
    things="things_of",
)
