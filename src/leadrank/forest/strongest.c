/* What counts most for one row: its contributions by column, carried to calibrated log-odds as `rescale` in `explain/attribution.py` carries those of
 * many rows. A part of kernel.c, which includes it. */
#include <math.h>

/* Where one thread picks. `given` holds the calibrated log-odds of the row, where its contributions start from, and the
 * contributions by feature. Each column is made of the features from its `member_start` on; a hidden one is never picked. `picked` gets the column
 * and the feature that speaks for it, `size` what the column adds, the strongest first. */
typedef struct {
    const double *given;
    int64_t columns;
    const int32_t *member_start, *member;
    const uint8_t *hidden;
    double smallest;
    int32_t *picked;
    double *size, *grouped;
} Pick;

/* The limits of `rescale`. */
#define STEEPEST 20.0
#define FLATTEST 1e-3
#define FURTHEST 745.0
#define NOTHING 1e-100
#define NOISE 1e-9

static double within(double value, double low, double high) { return value < low ? low : value > high ? high : value; }

/* By what gains and losses are multiplied so that they add up to the goal. */
static void two_factors(double gains, double losses, double goal, double *up, double *down) {
    if (!(gains > 0.0 && losses > 0.0)) {
        *up = gains > 0.0 ? goal / gains : 0.0, *down = losses > 0.0 ? -goal / losses : 0.0;
        return;
    }
    double raw = gains - losses, ratio = fabs(raw) > NOISE * (gains + losses) ? goal / raw : 1.0;
    double factor = ratio < 0.0 ? 1.0 : within(ratio, FLATTEST, STEEPEST);
    double wanted = goal / factor, root = sqrt(wanted * wanted + 4.0 * gains * losses);
    double k = wanted > 0.0 ? (wanted + root) / (2.0 * gains) : 2.0 * losses / (root - wanted);
    *up = factor * k, *down = factor / k;
}

/* The feature that pulls hardest in its column's direction; of equals the first. */
static int32_t speaker(const Pick *pick, int64_t column, int up) {
    const double *contribution = pick->given + 2;
    int32_t best = pick->member[pick->member_start[column]];
    for (int32_t k = pick->member_start[column] + 1; k < pick->member_start[column + 1]; k++) {
        double own = contribution[pick->member[k]], most = contribution[best];
        if (up ? own > most : own < most) best = pick->member[k];
    }
    return best;
}

/* Puts a column where it belongs among the strongest so far; of equals the earlier stays before. Returns how many there are then. */
static int32_t put(const Pick *pick, int32_t found, int32_t most, int32_t column, double size) {
    int32_t at = found < most ? found : most - 1;
    if (found == most && fabs(pick->size[at]) >= fabs(size)) return found;
    for (; at > 0 && fabs(pick->size[at - 1]) < fabs(size); at--) pick->size[at] = pick->size[at - 1], pick->picked[2 * at] = pick->picked[2 * at - 2];
    pick->size[at] = size, pick->picked[2 * at] = column;
    return found < most ? found + 1 : most;
}

/* Stretches the contributions of one row so that they lead from their start to the calibrated log-odds, and picks the `most` strongest columns, which
 * `picked` and `size` have room for. Returns how many are strong enough, or -1 where something is no finite number. */
API int32_t leadrank_strongest(const Pick *pick, int32_t most) {
    const double *contribution = pick->given + 2;
    double calibrated = pick->given[0], gains = 0.0, losses = 0.0, up, down;
    for (int64_t column = 0; column < pick->columns; column++) {
        double sum = 0.0;
        for (int32_t k = pick->member_start[column]; k < pick->member_start[column + 1]; k++) sum += contribution[pick->member[k]];
        pick->grouped[column] = sum;
        if (sum <= -NOTHING)
            losses -= sum;
        else if (!(sum < NOTHING)) /* nan too */
            gains += sum;
    }
    if (!(gains + losses + fabs(pick->given[1]) < INFINITY) || calibrated != calibrated) return -1;
    two_factors(gains, losses, within(calibrated, -FURTHEST, FURTHEST) - pick->given[1], &up, &down);
    int32_t found = 0;
    for (int32_t column = 0; column < pick->columns && most > 0; column++) {
        double own = pick->grouped[column], size = own * (own > 0.0 ? up : down);
        if (!pick->hidden[column] && fabs(size) >= pick->smallest) found = put(pick, found, most, column, size);
    }
    for (int32_t k = 0; k < found; k++) pick->picked[2 * k + 1] = speaker(pick, pick->picked[2 * k], pick->size[k] > 0.0);
    return found;
}
