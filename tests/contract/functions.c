/* functions.c - jobs of very many different functions, more than a pool may have
 * numbers for. They are written here as machine code: each calls `arrive` with its own
 * number, so that a job that ran another's function is noticed. */
#include <string.h>
#include <sys/mman.h>

#include "tests/contract/contract.h"

enum { FUNCTIONS = 100000, STUB_BYTES = 32 };

static _Atomic int strangers; /* a function that came with another's argument */

static int arrive(void *arg, uint32_t number)
{
    if ((int)number != ledger_number(arg))
        strangers++;
    return ledger_job(arg);
}

#if defined(__x86_64__)
/* mov $number, %esi; movabs $arrive, %rax; jmp *%rax */
static bool stub_write(unsigned char *at, uint32_t number)
{
    uint64_t target = (uint64_t)(uintptr_t)arrive;
    *at++ = 0xbe;
    memcpy(at, &number, sizeof number);
    at += sizeof number;
    *at++ = 0x48;
    *at++ = 0xb8;
    memcpy(at, &target, sizeof target);
    at += sizeof target;
    *at++ = 0xff;
    *at++ = 0xe0;
    return true;
}
#elif defined(__aarch64__)
/* ldr w1, number; ldr x16, target; br x16; then the two, target at 16 */
static bool stub_write(unsigned char *at, uint32_t number)
{
    static const uint32_t code[] = {0x18000061, 0x58000070, 0xd61f0200};
    uint64_t target = (uint64_t)(uintptr_t)arrive;
    memcpy(at, code, sizeof code);
    memcpy(at + 12, &number, sizeof number);
    memcpy(at + 16, &target, sizeof target);
    return true;
}
#else
static bool stub_write(unsigned char *at, uint32_t number)
{
    (void)at, (void)number;
    return false;
}
#endif

/* The functions, or NULL where no code can be written. */
static unsigned char *stubs_make(void)
{
    size_t bytes = (size_t)FUNCTIONS * STUB_BYTES;
    unsigned char *stubs = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (stubs == MAP_FAILED)
        return NULL;
    for (uint32_t i = 0; i < FUNCTIONS; i++)
        if (!stub_write(stubs + (size_t)i * STUB_BYTES, i))
            return NULL;
    __builtin___clear_cache((char *)stubs, (char *)stubs + bytes);
    return mprotect(stubs, bytes, PROT_READ | PROT_EXEC) ? NULL : stubs;
}

static pool_job_fn *stub_at(unsigned char *stubs, int number)
{
    return (pool_job_fn *)(uintptr_t)(stubs + (size_t)number * STUB_BYTES);
}

static unsigned char *stubs_or_skip(void)
{
    unsigned char *stubs = stubs_make();
    if (!stubs)
        cr_skip_test("no code can be written here");
    ledger_clear();
    return stubs;
}

/* The second half once more, when the first has taken what places there are. */
POOL_TEST(functions, each_runs_its_own_argument_however_many_there_are)
{
    unsigned char *stubs = stubs_or_skip();
    struct pool *pool = contract_open(ops, &(struct pool_config){.workers = 2, .capacity = 64});
    for (int i = 0; i < FUNCTIONS; i++)
        equal(pool_submit(pool, stub_at(stubs, i), ledger_arg(i)), 0);
    for (int i = FUNCTIONS / 2; i < FUNCTIONS; i += 50) {
        struct pool_job jobs[50];
        for (int j = 0; j < 50; j++)
            jobs[j] = (struct pool_job){stub_at(stubs, i + j), ledger_arg(i + j)};
        cr_assert(pool_submit_batch(pool, jobs, 50) == 50);
    }
    equal(pool_wait(pool, -1), 0);
    equal(strangers, 0);
    for (int i = 0; i < FUNCTIONS; i++)
        equal(ledger_ran[i], 1 + (i >= FUNCTIONS / 2));
    contract_law(ops, pool);
    pool_free(pool);
}

/* Those that are dropped come back by discard, with their own argument. */
POOL_TEST(functions, of_any_number_run_or_come_back)
{
    unless(POOL_NO_DISCARD);
    needs(POOL_CAN_DROP);
    struct pool_config config = {.workers = 2, .capacity = 64, .full = POOL_DROP_OLDEST, .discard = ledger_discard};
    unsigned char *stubs = stubs_or_skip();
    struct pool *pool = contract_open(ops, &config);
    for (int i = 0; i < FUNCTIONS; i++)
        equal(pool_submit(pool, stub_at(stubs, i), ledger_arg(i)), 0);
    equal(pool_cancel(pool), 0);
    equal(pool_wait(pool, -1), 0);
    equal(strangers, 0);
    for (int i = 0; i < FUNCTIONS; i++)
        equal(ledger_ran[i] + ledger_back[i], 1);
    contract_law(ops, pool);
    pool_free(pool);
}
