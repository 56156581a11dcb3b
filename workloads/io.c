/* io.c - jobs that wait for real I/O, with a share of computation to mix: a
 * file, a server on loopback, a pipe, or plain sleep.
 *
 * Each job checks what it read. The file has no name from its first moment on,
 * so that nothing of it stays behind, however the program ends. Reads are of
 * blocks that nobody writes, writes go to blocks of their own: what a job finds
 * depends on its index only. Reads come from the page cache where the kernel
 * has the block; what waits for the disk is fdatasync. */
#include <errno.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/vfs.h>
#include <time.h>
#include <unistd.h>

#include "workloads/core/echo.h"
#include "workloads/core/kernel.h"
#include "workloads/core/random.h"
#include "workloads/core/workload.h"

enum { OP, CPU, WAIT, DIST, BYTES, WRITES, PORT, PARAMS };
enum { OP_FILE, OP_SOCKET, OP_PIPE, OP_SLEEP };

static const char *const operations[] = {"file", "socket", "pipe", "sleep", NULL};

static const struct workload_param params[PARAMS] = {
    [OP] = {"op", WORKLOAD_CHOICE, "socket", 0, 0, operations,
            "file: pread, or pwrite and fdatasync, in $TMPDIR; socket, pipe: a request to an echo server and its "
            "answer; sleep"},
    [CPU] = {"cpu", WORKLOAD_TIME, "0ns", 0, 10000000000, NULL, "computation after it"},
    [WAIT] = {"wait", WORKLOAD_TIME, "100us", 0, 10000000000, NULL, "mean length of a sleep"},
    [DIST] = {"dist", WORKLOAD_CHOICE, "fixed", 0, 0, random_distributions, "of sleeps: " RANDOM_DISTRIBUTIONS_HELP},
    [BYTES] = {"bytes", WORKLOAD_COUNT, "0", 0, ECHO_BYTES_MAX, NULL,
               "of a block or request; 0: 4096 for file, 64 for socket and pipe"},
    [WRITES] = {"writes", WORKLOAD_COUNT, "25", 0, 100, NULL, "file: percent of the jobs that write and fdatasync"},
    [PORT] = {"port", WORKLOAD_COUNT, "0", 0, 65535, NULL,
              "socket: an echo server of yours on 127.0.0.1; 0: one is started and stopped"},
};

enum { SERVICE, IN_FLIGHT, CPU_SHARE, FIGURES };
static const struct workload_figure figures[FIGURES] = {
    [SERVICE] = {"service_ns", NULL, WORKLOAD_NS, "mean time from a job's start to its end"},
    [IN_FLIGHT] = {"in_flight", NULL, WORKLOAD_NUMBER, "mean number of jobs between start and end (Little's law)"},
    [CPU_SHARE] = {"cpu_share", NULL, WORKLOAD_SHARE, "share of that time in which the job computes"},
};

enum {
    READ_BYTES = 1 << 20, /* of the file that are read */
    READ_BLOCKS_MIN = 16,
    WRITE_BLOCKS_MAX = 8192, /* beyond, jobs share blocks */
};

struct own;

struct io_job {
    uint64_t seed, result; /* of the computation */
    struct own *own;
    struct workload_stamp *stamp;
    int64_t wait_ns;
    int64_t block; /* < 0: write block -1 - block */
    uint32_t runs;
    int error;    /* errno of its I/O */
    bool garbled; /* what was read is not what should be there */
};

/* A job in service has one of these: a buffer, and a line to the server. */
struct slot {
    _Alignas(64) _Atomic bool busy;
    char *request, *reply; /* [bytes] */
};

struct own {
    struct io_job *jobs; /* [jobs] */
    struct slot *slots;  /* [slot_count] */
    char *buffers;
    int slot_count;
    size_t bytes;
    uint64_t steps; /* of computation */
    struct echo *echo;
    int file;
    int64_t read_blocks, write_blocks;
};

/* Blocks. Each holds words that count up from a number of its own. */

static void block_fill(char *block, size_t bytes, uint64_t first)
{
    size_t i = 0;
    for (; i + sizeof first <= bytes; i += sizeof first, first++)
        memcpy(block + i, &first, sizeof first);
    memcpy(block + i, &first, bytes - i);
}

static bool block_is(const char *block, size_t bytes, uint64_t first)
{
    uint64_t wrong = 0, word;
    size_t i = 0;
    for (; i + sizeof first <= bytes; i += sizeof first, first++) {
        memcpy(&word, block + i, sizeof word);
        wrong |= word ^ first;
    }
    return !wrong && !memcmp(block + i, &first, bytes - i);
}

static int whole(ssize_t moved, size_t wanted)
{
    return moved < 0 ? errno : (size_t)moved == wanted ? 0 : ENOSPC; /* a short write: no more room */
}

/* The operations: each returns 0 or an errno. */

static int do_read(struct own *own, struct io_job *job, struct slot *slot)
{
    int error = whole(pread(own->file, slot->reply, own->bytes, job->block * (int64_t)own->bytes), own->bytes);
    if (!error)
        job->garbled = !block_is(slot->reply, own->bytes, random_mix((uint64_t)job->block));
    return error;
}

static int do_write(struct own *own, struct io_job *job, struct slot *slot)
{
    int64_t block = own->read_blocks + -1 - job->block;
    int error;
    block_fill(slot->request, own->bytes, job->seed);
    error = whole(pwrite(own->file, slot->request, own->bytes, block * (int64_t)own->bytes), own->bytes);
    return error ? error : fdatasync(own->file) ? errno : 0;
}

static int do_exchange(struct own *own, struct io_job *job, struct slot *slot)
{
    int error;
    block_fill(slot->request, own->bytes, job->seed);
    error = -echo_exchange(own->echo, (int)(slot - own->slots), slot->request, slot->reply, own->bytes);
    if (!error)
        job->garbled = memcmp(slot->request, slot->reply, own->bytes) != 0;
    return error;
}

static int do_sleep(struct own *own, struct io_job *job, struct slot *slot)
{
    struct timespec length = {job->wait_ns / 1000000000, job->wait_ns % 1000000000};
    (void)own, (void)slot;
    return clock_nanosleep(CLOCK_MONOTONIC, 0, &length, NULL);
}

/* As many slots as jobs can be in service: one for each worker and producer. */
static struct slot *slot_take(struct own *own)
{
    int worker = pool_worker(), at = worker < 0 ? own->slot_count - 1 : worker % own->slot_count;
    for (int tries = 0;; tries++) {
        struct slot *slot = &own->slots[(at + tries) % own->slot_count];
        if (!atomic_exchange_explicit(&slot->busy, true, memory_order_acquire))
            return slot;
        if (tries >= own->slot_count)
            sched_yield(); /* a pool with more threads than it was asked for */
    }
}

static inline int run(struct io_job *job, int (*operation)(struct own *, struct io_job *, struct slot *))
{
    struct slot *slot;
    job->stamp->started = workload_now_ns();
    slot = slot_take(job->own);
    job->error = operation(job->own, job, slot);
    atomic_store_explicit(&slot->busy, false, memory_order_release);
    job->result = kernel_run(job->seed, job->own->steps);
    job->runs++;
    job->stamp->worker = pool_worker();
    job->stamp->ended = workload_now_ns();
    return -job->error;
}

static int run_file(void *arg)
{
    struct io_job *job = arg;
    return job->block < 0 ? run(job, do_write) : run(job, do_read);
}

static int run_exchange(void *arg)
{
    return run(arg, do_exchange);
}

static int run_sleep(void *arg)
{
    return run(arg, do_sleep);
}

/* Planning. */

static double work_ns(const struct workload_spec *spec)
{
    return (double)spec->values[CPU];
}

static double job_ns(const struct workload_spec *spec)
{
    static const double about[] = {[OP_FILE] = 50000, [OP_SOCKET] = 30000, [OP_PIPE] = 20000, [OP_SLEEP] = 60000};
    int64_t op = spec->values[OP];
    return about[op] + (op == OP_SLEEP ? (double)spec->values[WAIT] : 0) + (double)spec->values[CPU];
}

static const char *folder(void)
{
    const char *given = getenv("TMPDIR");
    return given && *given ? given : "/tmp";
}

static bool warn(const struct workload_spec *spec, char *text, size_t size)
{
    struct statfs found;
    if (spec->values[OP] != OP_FILE || statfs(folder(), &found) ||
        (found.f_type != TMPFS_MAGIC && found.f_type != RAMFS_MAGIC))
        return false;
    snprintf(text, size, "%s: the folder %s is in memory: no disk is measured (set TMPDIR to a folder on one)",
             spec->text, folder());
    return true;
}

/* Preparing. */

static int fail(struct workload_slice *slice, const char *what, int error)
{
    snprintf(slice->why, sizeof slice->why, "a file in %.100s (choose a folder with TMPDIR): %s: %s", folder(), what,
             strerror(error));
    return -error;
}

/* A file without a name. */
static int open_unnamed(void)
{
    char name[4096];
    int file = open(folder(), O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
    if (file >= 0 || (errno != EOPNOTSUPP && errno != EISDIR && errno != EINVAL))
        return file;
    if (snprintf(name, sizeof name, "%s/poolbench-XXXXXX", folder()) >= (int)sizeof name) {
        errno = ENAMETOOLONG;
        return -1;
    }
    file = mkostemp(name, O_CLOEXEC);
    if (file >= 0)
        unlink(name);
    return file;
}

static int prepare_file(struct workload_slice *slice, struct own *own)
{
    int64_t bytes = (int64_t)own->bytes;
    int error;
    own->file = open_unnamed();
    if (own->file < 0)
        return fail(slice, "open", errno);
    for (int64_t i = 0; i < own->read_blocks; i++) {
        block_fill(own->buffers, own->bytes, random_mix((uint64_t)i));
        error = whole(pwrite(own->file, own->buffers, own->bytes, i * bytes), own->bytes);
        if (error)
            return fail(slice, "write", error);
    }
    /* Room for what the jobs write: a full disk shows now. */
    if (own->write_blocks) {
        error = posix_fallocate(own->file, own->read_blocks * bytes, own->write_blocks * bytes);
        if (error && error != EOPNOTSUPP)
            return fail(slice, "reserve room", error);
    }
    return fsync(own->file) ? fail(slice, "fsync", errno) : 0;
}

/* One write in each stretch of a hundred jobs for each percent, evenly. */
static bool writes(const struct workload_spec *spec, int64_t index)
{
    int64_t percent = spec->values[OP] == OP_FILE ? spec->values[WRITES] : 0;
    return (index + 1) * percent / 100 > index * percent / 100;
}

static void prepare_jobs(struct workload_slice *slice, struct own *own)
{
    const int64_t *values = slice->spec->values;
    int64_t written = 0;
    for (int64_t i = 0; i < slice->jobs; i++) {
        uint64_t random = random_mix(slice->seed + (uint64_t)i);
        struct io_job *job = &own->jobs[i];
        *job = (struct io_job){.own = own, .stamp = &slice->stamps[i], .seed = random};
        job->wait_ns = (int64_t)((double)values[WAIT] * random_draw(values[DIST], random));
        if (writes(slice->spec, i))
            job->block = -1 - written++ % WRITE_BLOCKS_MAX;
        else
            job->block = (int64_t)(random % (uint64_t)own->read_blocks);
    }
    own->write_blocks = written < WRITE_BLOCKS_MAX ? written : WRITE_BLOCKS_MAX;
}

static int prepare_slots(struct workload_slice *slice, struct own *own)
{
    own->slot_count = slice->setting.workers + slice->producers;
    own->slots = aligned_alloc(_Alignof(struct slot), (size_t)own->slot_count * sizeof *own->slots);
    own->buffers = workload_memory(2 * own->slot_count, own->bytes);
    if (!own->slots || !own->buffers)
        return -ENOMEM;
    memset(own->slots, 0, (size_t)own->slot_count * sizeof *own->slots);
    for (int i = 0; i < own->slot_count; i++) {
        own->slots[i].request = own->buffers + (size_t)(2 * i) * own->bytes;
        own->slots[i].reply = own->slots[i].request + own->bytes;
    }
    return 0;
}

static void release(struct workload_slice *slice)
{
    struct own *own = slice->own;
    if (own) {
        echo_close(own->echo);
        if (own->file >= 0)
            close(own->file);
        free(own->jobs);
        free(own->slots);
        free(own->buffers);
    }
    workload_forget(slice);
}

static int prepare(struct workload_slice *slice)
{
    const int64_t *values = slice->spec->values;
    struct own *own = slice->own = calloc(1, sizeof *own);
    int error = -ENOMEM;
    if (own) {
        own->file = -1;
        own->bytes = (size_t)(values[BYTES] ? values[BYTES] : values[OP] == OP_FILE ? 4096 : 64);
        own->read_blocks = READ_BYTES / (int64_t)own->bytes;
        if (own->read_blocks < READ_BLOCKS_MIN)
            own->read_blocks = READ_BLOCKS_MIN;
        own->steps = kernel_steps((double)values[CPU]);
        own->jobs = workload_memory(slice->jobs, sizeof *own->jobs);
    }
    if (!workload_stamp(slice, 1) && own && own->jobs) {
        error = prepare_slots(slice, own);
        if (!error)
            prepare_jobs(slice, own);
        if (!error && values[OP] == OP_FILE)
            error = prepare_file(slice, own);
        else if (!error && values[OP] != OP_SLEEP)
            error = echo_open(&own->echo, values[OP] == OP_PIPE ? ECHO_PIPE : ECHO_SOCKET, (int)values[PORT],
                              own->slot_count, slice->why, sizeof slice->why);
    }
    slice->work_ns = (double)values[CPU];
    if (error)
        release(slice);
    return error;
}

/* Running. */

static inline struct pool_job make(struct workload_slice *slice, int64_t index, struct workload_stamp *stamp)
{
    static pool_job_fn *const functions[] = {
        [OP_FILE] = run_file, [OP_SOCKET] = run_exchange, [OP_PIPE] = run_exchange, [OP_SLEEP] = run_sleep};
    (void)stamp; /* all are */
    slice->stamps[index].submitted = workload_now_ns();
    return (struct pool_job){functions[slice->spec->values[OP]], &((struct own *)slice->own)->jobs[index]};
}

static void produce(struct workload_slice *slice, int producer)
{
    workload_submit(slice, producer, 1, make);
}

/* Proving. */

/* Whether the file holds what the job wrote; where jobs share a block, what one
 * of them wrote, whole. */
static bool written(struct own *own, const struct io_job *job, bool shared)
{
    int64_t block = own->read_blocks + -1 - job->block;
    uint64_t first = job->seed;
    if (pread(own->file, own->buffers, own->bytes, block * (int64_t)own->bytes) != (ssize_t)own->bytes)
        return false;
    if (shared)
        memcpy(&first, own->buffers, own->bytes < sizeof first ? own->bytes : sizeof first);
    return block_is(own->buffers, own->bytes, first);
}

static void verify(const struct workload_slice *slice, struct workload_verdict *verdict)
{
    struct own *own = slice->own;
    bool shared = own->write_blocks == WRITE_BLOCKS_MAX;
    int error = 0;
    for (int64_t i = 0; i < slice->jobs; i++) {
        const struct io_job *job = &own->jobs[i];
        bool right = job->runs == 1 && !job->garbled && job->seed == random_mix(slice->seed + (uint64_t)i) &&
                     job->result == kernel_expect(job->seed, own->steps);
        if (job->runs == 1 && job->error) {
            verdict->failed++;
            error = job->error;
            continue;
        }
        if (right && job->block < 0)
            right = written(own, job, shared);
        workload_judge(verdict, job->runs, right);
    }
    if (error)
        snprintf(verdict->cannot, sizeof verdict->cannot, "%s%.100s: %s",
                 own->file >= 0 ? "a file in " : "op=", own->file >= 0 ? folder() : operations[slice->spec->values[OP]],
                 strerror(error));
}

static void measure(const struct workload_slice *slice, struct workload_report *report)
{
    double sum = 0, count = 0;
    int64_t begin = INT64_MAX, end = 0;
    for (int64_t i = 0; i < slice->stamp_count; i++) {
        const struct workload_stamp *stamp = &slice->stamps[i];
        if (!stamp->ended)
            continue;
        sum += (double)(stamp->ended - stamp->started);
        count++;
        begin = stamp->started < begin ? stamp->started : begin;
        end = stamp->ended > end ? stamp->ended : end;
    }
    report->figures[SERVICE] = sum / count;
    report->figures[IN_FLIGHT] = sum / (double)(end - begin);
    report->figures[CPU_SHARE] = slice->work_ns * count / sum;
}

static const struct workload_ops io = {
    .abi = WORKLOAD_ABI,
    .name = "io",
    .summary = "jobs that wait for a file, a socket, a pipe or a sleep",
    .unit = "one read, write with fdatasync, request with its answer, or sleep, then `cpu` of computation",
    .params = params,
    .param_count = PARAMS,
    .waits = true,
    .figures = figures,
    .figure_count = FIGURES,
    .work_ns = work_ns,
    .job_ns = job_ns,
    .warn = warn,
    .prepare = prepare,
    .produce = produce,
    .verify = verify,
    .measure = measure,
    .release = release,
};

WORKLOAD_REGISTER(io);
