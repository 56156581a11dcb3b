/* clocks.c - whether clocks are out of step is proved by the order of messages. */
#include <criterion/criterion.h>

#include "bench/machine/clocks.h"

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
