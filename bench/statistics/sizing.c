/* sizing.c - see sizing.h. */
#include "bench/statistics/sizing.h"

static const struct sizing_asked *asked_at(const struct sizing *sizing, int at)
{
    for (int i = 0; i < sizing->asked_count; i++)
        if (sizing->asked[i].at == at)
            return &sizing->asked[i];
    return 0;
}

/* The largest index that was asked and is not kept; -1: none. */
static int highest_not_kept(const struct sizing *sizing)
{
    int highest = -1;
    for (int i = 0; i < sizing->asked_count; i++)
        if (sizing->asked[i].answer != SIZING_KEPT && sizing->asked[i].at > highest)
            highest = sizing->asked[i].at;
    return highest;
}

/* The smallest one above it that is kept; count: none. */
static int lowest_kept(const struct sizing *sizing)
{
    int lowest = sizing->count, above = highest_not_kept(sizing);
    for (int i = 0; i < sizing->asked_count; i++)
        if (sizing->asked[i].answer == SIZING_KEPT && sizing->asked[i].at > above && sizing->asked[i].at < lowest)
            lowest = sizing->asked[i].at;
    return lowest;
}

static int index_near(const struct sizing *sizing, int workers)
{
    int at = 0;
    while (at < sizing->count - 1 && sizing->sizes[at] < workers)
        at++;
    return at;
}

/* How far to go: 1, 2, 4, ... with each answer of that kind. */
static int step(const struct sizing *sizing, bool kept)
{
    int answers = 0;
    for (int i = 0; i < sizing->asked_count; i++)
        answers += (sizing->asked[i].answer == SIZING_KEPT) == kept;
    return answers ? 1 << (answers - 1) : 1;
}

static int clamp(int value, int low, int high)
{
    return value < low ? low : value > high ? high : value;
}

/* Whether a smaller one was kept once this one was asked: one of the two had a bad moment. */
static bool is_doubtful(const struct sizing *sizing, int at)
{
    const struct sizing_asked *asked = asked_at(sizing, at);
    if (asked->times > 1)
        return false;
    for (int i = 0; i < sizing->asked_count; i++)
        if (sizing->asked[i].answer == SIZING_KEPT && sizing->asked[i].at < at)
            return true;
    return false;
}

int sizing_next(const struct sizing *sizing)
{
    int low = highest_not_kept(sizing), high = lowest_kept(sizing), at;
    if (sizing->over || sizing->count < 1 || sizing->asked_count == SIZING_ASKED_MAX)
        return 0;
    if (!sizing->asked_count)
        return sizing->sizes[index_near(sizing, sizing->guess)];
    if (low >= 0 && is_doubtful(sizing, low))
        return sizing->sizes[low];
    if (high - low <= 1)
        return 0;
    if (low < 0)
        at = clamp(high - step(sizing, true), 0, high - 1);
    else if (high == sizing->count)
        at = clamp(low + step(sizing, false), low + 1, high - 1);
    else
        at = low + (high - low) / 2;
    return sizing->sizes[at];
}

void sizing_tell(struct sizing *sizing, int workers, enum sizing_answer answer)
{
    int at = index_near(sizing, workers), i = 0;
    sizing->over = sizing->over || answer == SIZING_CANNOT;
    while (i < sizing->asked_count && sizing->asked[i].at != at)
        i++;
    if (i == SIZING_ASKED_MAX)
        return;
    if (i == sizing->asked_count)
        sizing->asked[sizing->asked_count++] = (struct sizing_asked){.at = at};
    sizing->asked[i].answer = answer;
    sizing->asked[i].times++;
}

void sizing_give_up(struct sizing *sizing)
{
    sizing->over = true;
}

int sizing_kept(const struct sizing *sizing)
{
    int at = lowest_kept(sizing);
    return at < sizing->count ? sizing->sizes[at] : 0;
}

int sizing_not_kept(const struct sizing *sizing)
{
    int at = lowest_kept(sizing);
    const struct sizing_asked *below = at > 0 && at < sizing->count ? asked_at(sizing, at - 1) : 0;
    return below && below->answer != SIZING_KEPT ? sizing->sizes[at - 1] : 0;
}

bool sizing_is_fewest(const struct sizing *sizing)
{
    int kept = sizing_kept(sizing), fewer = sizing_not_kept(sizing);
    enum sizing_answer answer;
    if (kept <= 1 || fewer != kept - 1)
        return kept == 1;
    answer = asked_at(sizing, index_near(sizing, fewer))->answer;
    return answer == SIZING_BROKEN || answer == SIZING_STRADDLES;
}

int64_t sizing_fewer_places(int64_t places, int workers, double accepted_ns, double limit_ns)
{
    static const double margin = 0.9; /* of the limit: what is measured again scatters */
    int64_t fewer = (int64_t)((double)places * margin * limit_ns / accepted_ns);
    if (!(accepted_ns > limit_ns) || places <= workers)
        return 0;
    fewer = fewer < workers ? workers : fewer;
    return fewer < places ? fewer : places - 1;
}
