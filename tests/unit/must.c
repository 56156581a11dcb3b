/* must.c - where memory runs out the program ends with status 3 and a line, not a signal. */
#include "bench/json/must.h"

#include <criterion/criterion.h>
#include <stdlib.h>
#include <sys/resource.h>

#include "bench/statistics/stats.h"

Test(must, memory_that_is_there_is_given_back, .timeout = 10)
{
    int here;
    cr_assert(must_memory(&here) == &here);
}

Test(must, end_the_program_without_memory, .timeout = 10, .exit_code = 3)
{
    must_memory(NULL);
}

/* More numbers than there is address space for: the copy cannot be. */
Test(must, end_a_median_without_memory, .timeout = 10, .exit_code = 3)
{
    struct rlimit little = {1 << 20, 1 << 20};
    static double many[1 << 22];
    setrlimit(RLIMIT_AS, &little);
    stats_median(many, 1 << 22);
}
