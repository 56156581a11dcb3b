/* self.c - tests of every outcome, for run.sh to see that the runner tells them apart. */
#include <criterion/criterion.h>
#include <criterion/parameterized.h>
#include <stdlib.h>
#include <unistd.h>

Test(self, passes, .timeout = 5)
{
    cr_assert(1 + 1 == 2);
}

Test(self, fails)
{
    cr_assert(1 + 1 == 3, "it is %d", 2);
}

Test(self, is_skipped)
{
    cr_skip_test("not today, %s", "nor here");
}

Test(self, crashes)
{
    abort();
}

Test(self, leaves_with_another_status)
{
    _exit(3);
}

Test(self, is_late, .timeout = 0.2)
{
    for (;;)
        pause();
}

ParameterizedTestParameters(self, fails_for_odd_numbers)
{
    static int numbers[] = {2, 3, 4};
    return cr_make_param_array(int, numbers, 3);
}

ParameterizedTest(int *number, self, fails_for_odd_numbers)
{
    cr_assert(*number % 2 == 0);
}
