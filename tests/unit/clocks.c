/* clocks.c - whether clocks are out of step is proved by the order of messages. */
#include <criterion/criterion.h>

#include "bench/machine/clocks.h"
#include "pools/core/futex.h"

Test(clocks, a_message_arrives_after_it_was_sent_and_before_it_returned, .timeout = 10)
{
    cr_assert(clocks_apart(100, 150, 200) == 0);
    cr_assert(clocks_apart(100, 100, 100) == 0);
    cr_assert(clocks_apart(100, 40, 200) == 60, "the other is behind");
    cr_assert(clocks_apart(100, 250, 200) == 50, "the other is ahead");
}

Test(clocks, of_this_machine_are_in_step, .timeout = 60)
{
    struct clocks clocks;
    cr_assert(clocks_look(&clocks) == 0 && clocks.apart_ns == 0, "%ld ns", (long)clocks.apart_ns);
}

/* The age of a call to a sleeper, on processors other than this: with a counter beyond 1 GHz it
 * stood still, and a call was believed for ever. */
Test(clocks, a_counter_of_any_frequency_goes_on, .timeout = 10)
{
    static const uint32_t frequencies[] = {1000000, 19200000, 24000000, 62500000, 501000000, 1000000000, 1050000000};
    for (size_t i = 0; i < sizeof frequencies / sizeof *frequencies; i++) {
        uint64_t ns = pool_counted_ns(frequencies[i], frequencies[i]); /* of a second */
        cr_assert(ns >= 500000000 && ns <= 1050000000, "%u Hz: %lu ns", frequencies[i], (unsigned long)ns);
    }
    cr_assert(pool_counted_ns(1000, 0) == 1000, "a firmware that does not say");
}
