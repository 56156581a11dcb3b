/* erlang.c - see erlang.h. */
#include "bench/models/erlang.h"

#include <errno.h>
#include <limits.h>
#include <math.h>
#include <stdbool.h>

#include <gsl/gsl_randist.h>

enum { HALVINGS = 200 }; /* more than a double has */

double erlang_b(int c, double a)
{
    double b = 1;
    for (int k = 1; k <= c; k++)
        b = a * b / (k + a * b);
    return b;
}

double erlang_c(int c, double a)
{
    double b = erlang_b(c, a);
    return a >= c ? 1 : b / (1 - a / c * (1 - b));
}

double erlang_b_load(int c, double loss)
{
    double low = 0, high = 1;
    while (erlang_b(c, high) <= loss)
        high *= 2;
    for (int i = 0; i < HALVINGS && low < high; i++) {
        double middle = (low + high) / 2;
        if (middle <= low || middle >= high)
            break;
        *(erlang_b(c, middle) <= loss ? &low : &high) = middle;
    }
    return low;
}

static double load_of(const struct erlang *queue)
{
    return queue->rate * queue->service;
}

/* Ends per unit of time beyond the arrivals, while all servers are busy. */
static double spare_of(const struct erlang *queue)
{
    return queue->c / queue->service - queue->rate;
}

double erlang_wait_mean(const struct erlang *queue)
{
    double spare = spare_of(queue);
    return spare <= 0 ? INFINITY : erlang_c(queue->c, load_of(queue)) / spare;
}

double erlang_wait_later(const struct erlang *queue, double t)
{
    double spare = spare_of(queue);
    if (t < 0)
        return 1;
    return spare <= 0 ? 1 : erlang_c(queue->c, load_of(queue)) * exp(-spare * t);
}

/* P(X + Y > t) of two exponential times. Where their rates meet, the usual difference of
 * exponentials is 0/0; this one is not. */
static double both_later(double fast, double slow, double t)
{
    double apart = fabs(fast - slow), least = fmin(fast, slow), most = fmax(fast, slow);
    double over = apart * t < 1e-12 ? t : -expm1(-apart * t) / apart;
    return exp(-most * t) + most * exp(-least * t) * over;
}

static double later(const struct erlang *queue, double waits, double t)
{
    double out = 1 / queue->service, spare = spare_of(queue);
    if (spare <= 0 || t < 0)
        return 1;
    return fmin(1, (1 - waits) * exp(-out * t) + waits * both_later(out, spare, t));
}

double erlang_later(const struct erlang *queue, double t)
{
    return later(queue, erlang_c(queue->c, load_of(queue)), t);
}

double erlang_wait_quantile(const struct erlang *queue, double q)
{
    double waits = erlang_c(queue->c, load_of(queue)), spare = spare_of(queue);
    if (spare <= 0)
        return INFINITY;
    return waits <= 1 - q ? 0 : log(waits / (1 - q)) / spare;
}

double erlang_quantile(const struct erlang *queue, double q)
{
    double waits = erlang_c(queue->c, load_of(queue)), low = 0, high = queue->service;
    if (spare_of(queue) <= 0)
        return INFINITY;
    while (later(queue, waits, high) > 1 - q)
        high *= 2;
    for (int i = 0; i < HALVINGS; i++) {
        double middle = (low + high) / 2;
        if (middle <= low || middle >= high)
            break;
        *(later(queue, waits, middle) > 1 - q ? &low : &high) = middle;
    }
    return high;
}

/* Whether the service alone is too long for it. */
static bool is_impossible(double service, struct erlang_promise promise)
{
    return exp(-promise.limit / service) > 1 - promise.quantile;
}

static bool keeps(int c, double rate, double service, struct erlang_promise promise)
{
    struct erlang queue = {c, rate, service};
    return erlang_later(&queue, promise.limit) <= 1 - promise.quantile;
}

int erlang_servers(double rate, double service, struct erlang_promise promise)
{
    int low = 0, high = 1; /* broken, kept */
    if (is_impossible(service, promise))
        return 0;
    while (!keeps(high, rate, service, promise)) {
        low = high;
        if (high == ERLANG_SERVERS_MAX)
            return -ERANGE;
        high = high > ERLANG_SERVERS_MAX / 2 ? ERLANG_SERVERS_MAX : 2 * high;
    }
    while (high - low > 1) {
        int middle = low + (high - low) / 2;
        *(keeps(middle, rate, service, promise) ? &high : &low) = middle;
    }
    return high;
}

double erlang_rate(int c, double service, double t, double share)
{
    struct erlang_promise promise = {1 - share, t};
    double low = 0, high = c / service;
    if (is_impossible(service, promise))
        return 0;
    for (int i = 0; i < HALVINGS; i++) {
        double middle = (low + high) / 2;
        if (middle <= low || middle >= high)
            break;
        *(keeps(c, middle, service, promise) ? &low : &high) = middle;
    }
    return low;
}

/* The states of M/M/c/K in which all servers are busy: c + j has the weight
 * b rho^(j - shift) of `total`. With rho > 1 the shift is all places, so that nothing
 * overflows. */
struct states {
    double rho, b, total;
    int places, shift;
};

/* The sum of rho^j over so many j from 0 on, rho <= 1. */
static double powers(double rho, int count)
{
    return rho == 1 ? count : expm1(count * log1p(rho - 1)) / (rho - 1);
}

static struct states states_of(const struct erlang_finite *finite)
{
    double a = load_of(&finite->queue), rho = a / finite->queue.c;
    struct states states = {.rho = rho, .b = erlang_b(finite->queue.c, a), .places = finite->places};
    states.shift = rho > 1 ? finite->places : 0;
    states.total = rho > 1 ? pow(rho, -finite->places) + states.b * powers(1 / rho, finite->places)
                           : 1 + states.b * rho * powers(rho, finite->places);
    return states;
}

/* The probability of c + j in the system: what an arrival sees. */
static double state(const struct states *states, int j)
{
    return states->b * pow(states->rho, j - states->shift) / states->total;
}

double erlang_finite_loss(const struct erlang_finite *finite)
{
    struct states states = states_of(finite);
    return state(&states, finite->places);
}

double erlang_finite_waits(const struct erlang_finite *finite)
{
    struct states states = states_of(finite);
    double sum = 0;
    for (int j = 0; j < finite->places; j++)
        sum += state(&states, j);
    return sum / (1 - state(&states, finite->places));
}

double erlang_finite_wait_mean(const struct erlang_finite *finite)
{
    struct states states = states_of(finite);
    double sum = 0, out = finite->queue.c / finite->queue.service;
    for (int j = 0; j < finite->places; j++)
        sum += (j + 1) * state(&states, j);
    return sum / out / (1 - state(&states, finite->places));
}

/* Who finds c + j waits for j + 1 ends: longer than t, if at most j come in it. */
double erlang_finite_wait_later(const struct erlang_finite *finite, double t)
{
    struct states states = states_of(finite);
    double ends = t * finite->queue.c / finite->queue.service, found = 0, sum = 0;
    if (t < 0)
        return 1;
    for (int j = finite->places - 1; j >= 0; j--) {
        found += state(&states, j);
        sum += found * (ends > 0 ? gsl_ran_poisson_pdf((unsigned)j, ends) : j == 0);
    }
    return fmin(1, sum / (1 - state(&states, finite->places)));
}

/* P(k ends and then a service take longer than t), for k from high to low. k of them
 * are over in time with probability 1 - Q(k); then
 *
 *     later(k - 1) = ((c - 1) later(k) + Q(k)) / c
 *
 * which only adds, and forgets where it began. */
struct after {
    int c, k;
    double ends; /* expected in t */
    double q, later;
};

static struct after after_of(int c, double service, double t, int k_least)
{
    double ends = t * c / service, high = ceil(ends + 12 * sqrt(ends) + 60);
    return (struct after){c, (int)fmax(high, k_least), ends, 1, 1};
}

static void after_next(struct after *after)
{
    after->later = ((after->c - 1) * after->later + after->q) / after->c;
    after->k--;
    after->q =
        fmax(0, after->q - (after->ends > 0 ? gsl_ran_poisson_pdf((unsigned)after->k, after->ends) : after->k == 0));
}

double erlang_finite_later(const struct erlang_finite *finite, double t)
{
    struct states states = states_of(finite);
    struct after after = after_of(finite->queue.c, finite->queue.service, t, finite->places);
    double accepted = 1 - state(&states, finite->places), late = 0, waits = 0;
    if (t < 0)
        return 1;
    for (; after.k > 0; after_next(&after)) {
        if (after.k <= finite->places) {
            waits += state(&states, after.k - 1);
            late += state(&states, after.k - 1) * after.later;
        }
    }
    return fmin(1, (late + (accepted - waits) * exp(-t / finite->queue.service)) / accepted);
}

static double finite_quantile(const struct erlang_finite *finite, double q,
                              double (*later_than)(const struct erlang_finite *, double))
{
    double low = 0, high = finite->queue.service;
    if (later_than(finite, 0) <= 1 - q)
        return 0;
    while (later_than(finite, high) > 1 - q)
        high *= 2;
    for (int i = 0; i < 60 && low < high; i++) {
        double middle = (low + high) / 2;
        *(later_than(finite, middle) > 1 - q ? &low : &high) = middle;
    }
    return high;
}

double erlang_finite_wait_quantile(const struct erlang_finite *finite, double q)
{
    return finite_quantile(finite, q, erlang_finite_wait_later);
}

double erlang_finite_quantile(const struct erlang_finite *finite, double q)
{
    return finite_quantile(finite, q, erlang_finite_later);
}

int erlang_places_most(int c, double service, struct erlang_promise promise)
{
    struct after after;
    if (is_impossible(service, promise))
        return -1;
    if (promise.limit * c / service > INT_MAX / 2)
        return INT_MAX;
    after = after_of(c, service, promise.limit, 0);
    while (after.k > 0 && after.later > 1 - promise.quantile)
        after_next(&after);
    return after.k;
}

int erlang_places_least(const struct erlang *queue, double loss)
{
    struct erlang_finite tried = {*queue, INT_MAX / 2};
    int low = -1, high = tried.places;                  /* lose more; lose at most that */
    if (loss <= 0 || erlang_finite_loss(&tried) > loss) /* a small one is still one */
        return -1;
    while (high - low > 1) {
        tried.places = low + (high - low) / 2;
        *(erlang_finite_loss(&tried) <= loss ? &high : &low) = tried.places;
    }
    return high;
}
