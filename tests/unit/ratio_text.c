/* ratio_text.c - what is said of two pools: alike, apart, or nothing. */
#include <criterion/criterion.h>
#include <math.h>
#include <string.h>

#include "bench/show/ratio_text.h"
#include "bench/statistics/difference.h"

static const char *say(double ratio, double low, double high, double of_columns)
{
    static char text[256];
    struct stats_ratio found = {.ratio = ratio, .low = low, .high = high, .known = true, .pairs = 12};
    return ratio_text_sentence(&found, of_columns, "mutex", "ring", text, sizeof text);
}

Test(ratio_text, alike_is_within_three_percent_as_a_whole, .timeout = 10)
{
    cr_assert_str_eq(say(1, 0.98, 1.02, NAN), "mutex = ring (0.98..1.02)");
    cr_assert_str_eq(say(0.985, 0.98, 0.99, NAN), "mutex = ring (0.98..0.99)");
    cr_assert_str_eq(say(1, 0.9, 1.01, NAN), "mutex ? ring (0.90..1.01)");
    cr_assert_str_eq(say(0.99, 0.51, 1.39, NAN), "mutex ? ring (0.51..1.39)");
    cr_assert_str_eq(say(0.93, 0.91, 0.95, NAN), "mutex is 0.93x ring (0.91..0.95)");
}

Test(ratio_text, an_interval_that_excludes_one_does_not_look_as_if_it_held_it, .timeout = 10)
{
    cr_assert_str_eq(say(0.998, 0.96, 0.9987, NAN), "mutex is 0.998x ring (0.960..0.999)");
    cr_assert_str_eq(say(1.004, 1.0002, 1.08, NAN), "mutex is 1.004x ring (1.0002..1.0800)");
}

Test(ratio_text, large_and_small_ratios_have_the_digits_that_they_are_worth, .timeout = 10)
{
    cr_assert_str_eq(say(642.24, 601.4, 700.9, NAN), "mutex is 642x ring (601..701)");
    cr_assert_str_eq(say(12.345, 11, 99.94, NAN), "mutex is 12.3x ring (11.0..99.9)");
    cr_assert_str_eq(say(0.00171, 0.00152, 0.002, NAN), "mutex is 0.0017x ring (0.0015..0.0020)");
}

/* Nor does one end look as if it were known better than the other. */
Test(ratio_text, both_ends_have_as_many_decimals, .timeout = 10)
{
    cr_assert_str_eq(say(0.995, 0.99, 0.997, NAN), "mutex = ring (0.990..0.997)");
    cr_assert_str_eq(say(1.05, 0.996, 1.1, NAN), "mutex ? ring (0.996..1.100)");
    cr_assert_str_eq(say(0.09, 0.06, 0.093, NAN), "mutex is 0.090x ring (0.060..0.093)");
    cr_assert_str_eq(say(0.1, 0.083, 0.12, NAN), "mutex is 0.10x ring (0.083..0.120)");
    cr_assert_str_eq(say(12, 9.5, 15.2, NAN), "mutex is 12.0x ring (9.5..15.2)");
    cr_assert_str_eq(say(110, 95.34, 120, NAN), "mutex is 110x ring (95..120)");
    cr_assert_str_eq(say(5, 1.0004, 9.998, NAN), "mutex is 5.00x ring (1.0004..9.9980)");
    cr_assert_str_eq(say(3, 0.0996, 120, NAN), "mutex ? ring (0.10..120)", "of different sizes");
}

Test(ratio_text, columns_that_say_otherwise_are_named, .timeout = 10)
{
    cr_assert_str_eq(say(0.93, 0.91, 0.95, 0.94), "mutex is 0.93x ring (0.91..0.95)");
    cr_assert_str_eq(say(0.93, 0.91, 0.95, 1.2), "mutex is 0.93x ring (0.91..0.95; of the columns 1.20x)");
    cr_assert_str_eq(say(1, 0.98, 1.02, 5.1), "mutex = ring (0.98..1.02; of the columns 5.10x)");
}

Test(ratio_text, few_rounds_have_no_interval, .timeout = 10)
{
    char text[256];
    struct stats_ratio few = {.ratio = 1, .low = 1, .high = 1, .known = false, .pairs = 1};
    cr_assert_str_eq(ratio_text_sentence(&few, 1.02, "a", "b", text, sizeof text),
                     "a is 1.00x b (1 round: no interval)");
    cr_assert_str_eq(ratio_text_sentence(&few, 3, "a", "b", text, sizeof text),
                     "a is 1.00x b (1 round: no interval; of the columns 3.00x)");
    few.ratio = 0.99;
    cr_assert_str_eq(ratio_text_sentence(&few, 1.01, "a", "b", text, sizeof text),
                     "a is 0.99x b (1 round: no interval; of the columns 1.01x)");
    cr_assert_str_eq(ratio_text_sentence(&few, NAN, "a", "b", text, sizeof text),
                     "a is 0.99x b (1 round: no interval)");
    cr_assert(difference_of(&few) == DIFFERENCE_UNKNOWN);
}
