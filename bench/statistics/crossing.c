/* crossing.c - see crossing.h. */
#include "bench/statistics/crossing.h"

#include <math.h>

double crossing_rate(const struct crossing_point *points, int count, double limit)
{
    double weights = 0, rates = 0, inverses = 0, squares = 0, products = 0, slope;
    for (int i = 0; i < count; i++) {
        /* The error of an inverse is in proportion to it. */
        double inverse = limit / points[i].value, weight = points[i].weight / (inverse * inverse);
        weights += weight;
        rates += weight * points[i].rate;
        inverses += weight * inverse;
    }
    if (!(weights > 0))
        return NAN;
    rates /= weights;
    inverses /= weights;
    for (int i = 0; i < count; i++) {
        double inverse = limit / points[i].value, weight = points[i].weight / (inverse * inverse);
        squares += weight * (points[i].rate - rates) * (points[i].rate - rates);
        products += weight * (points[i].rate - rates) * (inverse - inverses);
    }
    slope = squares > 0 ? products / squares : 0;
    return slope < 0 ? rates + (1 - inverses) / slope : NAN;
}
