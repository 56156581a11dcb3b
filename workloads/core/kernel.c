/* kernel.c - see kernel.h. */
#include "workloads/core/kernel.h"

#include <pthread.h>

#include "workloads/core/workload.h"

#define MULTIPLIER UINT64_C(6364136223846793005)
#define INCREMENT UINT64_C(1442695040888963407)

static pthread_once_t once = PTHREAD_ONCE_INIT;
static double steps_per_ns;

/* The processor must not begin one job's chain while it still works at the one
 * before: short jobs would seem to cost less than they do. */
static inline void begin_in_order(void)
{
#if defined(__x86_64__)
    __builtin_ia32_lfence();
#elif defined(__aarch64__)
    __asm__ volatile("isb" ::: "memory");
#endif
}

__attribute__((noinline)) uint64_t kernel_run(uint64_t state, uint64_t n)
{
    begin_in_order();
    while (n--) {
        state = state * MULTIPLIER + INCREMENT;
        __asm__ volatile("" : "+r"(state)); /* every step is taken, also when nobody reads the end */
    }
    return state;
}

uint64_t kernel_expect(uint64_t state, uint64_t n)
{
    uint64_t factor = 1, sum = 0, step_factor = MULTIPLIER, step_sum = INCREMENT;
    for (; n; n >>= 1) {
        if (n & 1) {
            factor *= step_factor;
            sum = sum * step_factor + step_sum;
        }
        step_sum *= step_factor + 1;
        step_factor *= step_factor;
    }
    return state * factor + sum;
}

/* The fastest of many short runs: all that disturbs makes a run longer. */
static void calibrate(void)
{
    enum { RUNS = 100, STEPS = 50000 };
    uint64_t state = 1;
    int64_t best = INT64_MAX;
    for (int i = 0; i < RUNS; i++) {
        int64_t begin = workload_now_ns(), took;
        state = kernel_run(state, STEPS);
        took = workload_now_ns() - begin;
        if (took < best)
            best = took;
    }
    steps_per_ns = (double)STEPS / (double)best;
}

double kernel_steps_per_ns(void)
{
    pthread_once(&once, calibrate);
    return steps_per_ns;
}

uint64_t kernel_steps(double ns)
{
    return (uint64_t)(ns * kernel_steps_per_ns() + 0.5);
}

struct kernel_job kernel_job(uint64_t seed, double mean_ns, enum random_distribution distribution)
{
    uint64_t random = random_mix(seed), steps = kernel_steps(mean_ns * random_draw(distribution, random));
    return (struct kernel_job){.seed = random, .steps = steps ? steps : 1};
}

bool kernel_job_is_right(const struct kernel_job *job, uint64_t seed)
{
    return job->seed == random_mix(seed) && job->result == kernel_expect(job->seed, job->steps);
}
