/* odd.c - a small pool, compiled many ways: correct ones that look unlike others, which `poolbench
 * check` must not accuse, and a few with a bug that it must call by its name all the same.
 *
 * Correct. ODD_capped starts two workers at most, ODD_serial one, ODD_silent says 0 of them.
 * ODD_lazy starts each in a submit, which waits until it runs. ODD_ticks and ODD_alarms hand jobs
 * over when a timer's signal comes, whose handler posts a semaphore; ODD_helped has a timer that
 * the C library's own thread serves. ODD_early has its workers from load time,
 * ODD_crew, too, who are more than it is asked for, and keeps the order of jobs. ODD_reserves takes
 * 16 GiB of addresses and a file in memory. ODD_gaugeless has no gauges, ODD_countless no counts. ODD_stays leaves a
 * thread that naps. ODD_contains starts a worker for one that a job took. ODD_cloned has threads of clone,
 * ODD_processes processes that share its memory. ODD_picky
 * cannot be opened with a queue of less than eight, or more than it has room for. ODD_pinned binds each worker to a CPU
 * of its own. ODD_own_signal is as ODD_ticks, by SIGUSR1, ODD_other_signal by SIGUSR2. ODD_traces remembers the last
 * 50,000 jobs, ODD_keeps the last 800 pools. ODD_polls looks in open, again and again, whether its workers run.
 * ODD_slow takes 0.2 s to open. ODD_takes_signal blocks a signal in open, sends it to the process, and takes it.
 * ODD_dozes lets sleeps take 30 ms longer, of its opener, its workers, and their children.
 * ODD_spares leaves the last four jobs of a cancel to its workers. ODD_tallies counts what was cancelled later.
 * ODD_busy answers its 25th submit -EBUSY, ODD_busier its 150th. ODD_pairs gives two jobs to one worker. ODD_rests
 * refuses a job for a while after one has ended. ODD_single takes no batches, ODD_whole none that is larger than the
 * queue. ODD_rejects has POOL_REJECT
 * only, ODD_expires POOL_TIMEOUT, ODD_helps POOL_CALLER_RUNS. ODD_even cannot be
 * opened with an odd number of workers. ODD_deaf refuses each cancel, ODD_shy the second job of each pool.
 *
 * With a bug. ODD_never cannot be opened. ODD_many has 200 threads more, and a wait that hangs;
 * ODD_pipes has one that sits in read, ODD_pauses one in pause; ODD_far sleeps for fifty years. ODD_reaped dies in
 * wait, and ignores SIGCHLD from load time. ODD_floods hangs in wait, and its explanation never ends. ODD_counts counts
 * a job when it runs, on threads of C11. ODD_empty says that it is open, and brings nothing. ODD_selfish waits in close
 * for all jobs, the one that closes among them. ODD_tight has a queue of six. ODD_closes closes all descriptors when it
 * opens. */
#define _GNU_SOURCE
#include <fcntl.h>
#include <poolbench.h>
#include <pthread.h>
#include <sched.h>
#include <semaphore.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/time.h>
#include <threads.h>
#include <time.h>
#include <unistd.h>

enum { SLOTS = 4096, MORE = 200, STACK = 1 << 18, TRACED = 50000, CHUNK = 1000, KEPT = 800, FROM_LOAD = 4 };

enum odd {
    PLAIN,
    CAPPED,
    SERIAL,
    SILENT,
    LAZY,
    TICKS,
    ALARMS,
    HELPED,
    EARLY,
    CREW,
    RESERVES,
    GAUGELESS,
    COUNTLESS,
    STAYS,
    CONTAINS,
    CLONED,
    PROCESSES,
    PICKY,
    PINNED,
    TRACES,
    KEEPS,
    HOARDS, /* the same, and each open takes 8 ms */
    POLLS,
    SLOW,
    OWN_SIGNAL,
    OTHER_SIGNAL,
    TAKES_SIGNAL,
    DOZES,
    SPARES,
    TALLIES,
    BUSY,
    BUSIER,
    PAIRS,
    RESTS,
    SINGLE,
    WHOLE,
    DEAF,
    SHY,
    EVEN,
    REJECTS,
    EXPIRES,
    HELPS,
    TIGHT,
    NEVER,
    MANY,
    PIPES,
    PAUSES,
    FAR,
    REAPED,
    FLOODS,
    COUNTS,
    EMPTY,
    SELFISH,
    CLOSES
};
static const enum odd odd = ODD;

struct pond {
    struct pool base;
    pthread_mutex_t lock;
    pthread_cond_t changed;
    struct pool_stats stats;
    int started, asked;
    _Atomic int submits;
    uint64_t first, shown, last; /* job p lies in slots[p % SLOTS]; workers see those before `shown` */
    struct pool_job slots[SLOTS];
    size_t capacity;
    enum pool_full full;
    int64_t full_timeout_ns;
    uint64_t untold; /* of stats.cancelled */
    size_t resting;  /* workers that do */
    void (*discard)(void *arg, enum pool_why why);
    pthread_t threads[POOL_WORKERS_MAX];
    bool over;
};

static struct pond pond; /* one at a time will do */
static bool is_open;
static sem_t tick, born;
static _Atomic int running; /* workers that have begun */
static void *trace[TRACED / CHUNK], *kept[KEPT];
static __thread bool inside;

static bool cloned(void)
{
    return odd == CLONED || odd == PROCESSES;
}

static bool early(void)
{
    return odd == EARLY || odd == CREW;
}

static bool staged(void)
{
    return odd == TICKS || odd == OWN_SIGNAL || odd == OTHER_SIGNAL || odd == ALARMS || odd == HELPED;
}

static int tick_signal(void)
{
    return odd == ALARMS ? SIGALRM : odd == OWN_SIGNAL ? SIGUSR1 : odd == OTHER_SIGNAL ? SIGUSR2 : SIGRTMIN + 1;
}

static bool at_rest(void)
{
    return pond.stats.done + pond.stats.failed + pond.stats.cancelled == pond.stats.accepted;
}

static void *worker(void *arg);

static void ended(int status)
{
    *(status < 0 ? &pond.stats.failed : &pond.stats.done) += 1;
    pthread_cond_broadcast(&pond.changed);
}

/* The job has ended its thread. */
static void gone(void *arg)
{
    (void)arg;
    pthread_mutex_lock(&pond.lock);
    ended(-EOWNERDEAD);
    for (int i = 0; i < pond.started; i++)
        if (pthread_equal(pond.threads[i], pthread_self())) {
            pthread_detach(pthread_self());
            pthread_create(&pond.threads[i], NULL, worker, NULL);
        }
    pthread_mutex_unlock(&pond.lock);
}

/* A record for each of the last jobs; room for them comes by and by. */
static void remember(uint64_t job)
{
    void **chunk = &trace[job % TRACED / CHUNK];
    if (!*chunk)
        *chunk = calloc(CHUNK, 16);
    if (*chunk)
        ((uint64_t *)*chunk)[job % CHUNK * 2] = job;
}

static void bind_to(int cpu)
{
    cpu_set_t all, one;
    sched_getaffinity(0, sizeof all, &all);
    CPU_ZERO(&one);
    for (int at = 0, n = cpu % CPU_COUNT(&all); at < CPU_SETSIZE; at++)
        if (CPU_ISSET(at, &all) && n-- == 0)
            CPU_SET(at, &one);
    sched_setaffinity(0, sizeof one, &one);
}

/* Without the lock. */
static void nap(long ms)
{
    pthread_mutex_unlock(&pond.lock);
    nanosleep(&(struct timespec){0, ms * 1000000}, NULL);
    pthread_mutex_lock(&pond.lock);
}

static struct pool_job take(void)
{
    return pond.slots[pond.first++ % SLOTS];
}

/* With the lock. */
static void run_one(struct pool_job job)
{
    bool outer = inside;
    int status;
    if (odd == COUNTS)
        pond.stats.accepted++;
    if (odd == TRACES)
        remember(pond.stats.started);
    pond.stats.started++;
    pthread_cond_broadcast(&pond.changed);
    pthread_mutex_unlock(&pond.lock);
    inside = !cloned(); /* whose threads share this with who made them */
    pthread_cleanup_push(gone, NULL);
    status = job.fn(job.arg);
    pthread_cleanup_pop(0);
    inside = outer;
    pthread_mutex_lock(&pond.lock);
    pond.resting += odd == RESTS;
    ended(status);
    if (odd == RESTS) {
        nap(100);
        pond.resting--;
        pthread_cond_broadcast(&pond.changed);
    }
}

/* As many as it is given at once. */
static void run_next(void)
{
    struct pool_job first, second = {0};
    if (odd == PAIRS)
        nap(20); /* others come */
    if (pond.first == pond.shown)
        return;
    first = take();
    if (odd == PAIRS && pond.first < pond.shown)
        second = take();
    run_one(first);
    if (second.fn)
        run_one(second);
}

/* Takes a while, and a CPU. */
static void tally(void)
{
    struct timespec begin, now;
    uint64_t counted = pond.untold;
    pthread_mutex_unlock(&pond.lock);
    clock_gettime(CLOCK_MONOTONIC, &begin);
    do {
        clock_gettime(CLOCK_MONOTONIC, &now);
    } while ((now.tv_sec - begin.tv_sec) * 1000000000 + now.tv_nsec - begin.tv_nsec < 100000000);
    pthread_mutex_lock(&pond.lock);
    pond.untold -= counted;
}

/* Sleeps until something changes, or the timer comes. */
static void await_change(void)
{
    if (!staged()) {
        pthread_cond_wait(&pond.changed, &pond.lock);
        return;
    }
    pthread_mutex_unlock(&pond.lock);
    sem_wait(&tick);
    pthread_mutex_lock(&pond.lock);
    pond.shown = pond.last;
}

static void *worker(void *arg)
{
    int number;
    if (odd == LAZY)
        sem_post(&born);
    number = running++;
    if (odd == PINNED)
        bind_to(number);
    pthread_mutex_lock(&pond.lock);
    for (;;) {
        if (!staged())
            pond.shown = pond.last;
        if (pond.untold && number == 0) {
            tally();
        } else if (pond.first < pond.shown) {
            run_next();
        } else if (pond.over && at_rest()) {
            break;
        } else {
            pond.stats.parked++;
            await_change();
            pond.stats.parked--;
        }
    }
    pthread_mutex_unlock(&pond.lock);
    sem_post(&tick);
    return arg;
}

static int as_thrd(void *arg)
{
    worker(arg);
    return 0;
}

static int as_clone(void *arg)
{
    worker(arg);
    return 0;
}

static bool start_worker(void)
{
    int error = 0;
    pthread_t *thread = &pond.threads[pond.started++];
    if (odd == COUNTS)
        error = thrd_create((thrd_t *)thread, as_thrd, NULL) != thrd_success;
    else if (cloned())
        error = clone(as_clone, (char *)malloc(STACK) + STACK,
                      CLONE_VM | CLONE_FS | CLONE_FILES | CLONE_SIGHAND |
                          (odd == PROCESSES ? SIGCHLD : CLONE_THREAD | CLONE_SYSVSEM),
                      NULL) < 0;
    else
        error = pthread_create(thread, NULL, worker, NULL);
    pond.started -= error != 0;
    return !error;
}

static int workers(int asked)
{
    int most = odd == SERIAL ? 1 : odd == CAPPED ? 2 : early() ? FROM_LOAD : asked;
    return asked < most ? asked : most;
}

static bool is_busy(void)
{
    static _Atomic int calls;
    return ++calls == (odd == BUSY ? 25 : odd == BUSIER ? 150 : 0);
}

static bool is_full(void)
{
    return pond.last - pond.first + pond.resting >= pond.capacity;
}

/* With the lock. */
static int run_here(struct pool_job job)
{
    pond.stats.accepted++;
    pond.stats.caller_runs++;
    run_one(job);
    pthread_mutex_unlock(&pond.lock);
    return 0;
}

static struct timespec after(int64_t ns)
{
    struct timespec until;
    int64_t end;
    clock_gettime(CLOCK_MONOTONIC, &until);
    end = until.tv_nsec + ns % 1000000000;
    return (struct timespec){until.tv_sec + ns / 1000000000 + end / 1000000000, end % 1000000000};
}

static int pond_submit(struct pool *base, pool_job_fn *fn, void *arg)
{
    struct timespec until = after(pond.full_timeout_ns);
    int error = 0;
    (void)base;
    if (is_busy() || (odd == SHY && ++pond.submits == 2))
        return -EBUSY;
    pthread_mutex_lock(&pond.lock);
    if ((odd == RESTS || odd == SINGLE || odd == WHOLE || odd == REJECTS) && pond.full == POOL_REJECT && is_full()) {
        pthread_mutex_unlock(&pond.lock);
        return -EAGAIN;
    }
    if (odd == HELPS && pond.stats.state == POOL_OPEN && is_full())
        return run_here((struct pool_job){fn, arg});
    if (odd == LAZY && pond.started < workers(pond.asked) && start_worker()) {
        pond.stats.workers++;
        pthread_mutex_unlock(&pond.lock);
        sem_wait(&born);
        pthread_mutex_lock(&pond.lock);
    }
    pond.stats.blocked_submit++;
    while (!error && pond.stats.state == POOL_OPEN && is_full() && !inside)
        error = odd == EXPIRES ? pthread_cond_clockwait(&pond.changed, &pond.lock, CLOCK_MONOTONIC, &until)
                               : pthread_cond_wait(&pond.changed, &pond.lock);
    pond.stats.blocked_submit--;
    pthread_cond_broadcast(&pond.changed); /* for free */
    if (pond.stats.state != POOL_OPEN && !inside) {
        pthread_mutex_unlock(&pond.lock);
        return -ESHUTDOWN;
    }
    if (error && is_full()) {
        pthread_mutex_unlock(&pond.lock);
        return -error;
    }
    pond.slots[pond.last++ % SLOTS] = (struct pool_job){fn, arg};
    pond.stats.accepted += odd != COUNTS;
    pthread_cond_broadcast(&pond.changed);
    pthread_mutex_unlock(&pond.lock);
    return 0;
}

static int pond_submit_batch(struct pool *base, const struct pool_job *jobs, int count)
{
    if (odd == SINGLE)
        return count ? -ENOTSUP : 0;
    if (odd == WHOLE && (size_t)count > pond.capacity)
        return -E2BIG;
    for (int i = 0; i < count; i++) {
        int error = pond_submit(base, jobs[i].fn, jobs[i].arg);
        if (error)
            return i ? i : error;
    }
    return count;
}

static int pond_close(struct pool *base)
{
    int error;
    (void)base;
    pthread_mutex_lock(&pond.lock);
    while (odd == SELFISH && !at_rest())
        pthread_cond_wait(&pond.changed, &pond.lock);
    error = pond.stats.state == POOL_OPEN ? 0 : -EALREADY;
    pond.stats.state = POOL_CLOSING;
    pthread_cond_broadcast(&pond.changed);
    pthread_mutex_unlock(&pond.lock);
    return error;
}

static int pond_cancel(struct pool *base)
{
    (void)base;
    if (odd == DEAF)
        return -ENOTSUP;
    pthread_mutex_lock(&pond.lock);
    while (pond.first + (odd == SPARES ? 4 : 0) < pond.last) {
        struct pool_job job = take();
        pthread_mutex_unlock(&pond.lock);
        if (pond.discard)
            pond.discard(job.arg, POOL_WHY_CANCELLED);
        pthread_mutex_lock(&pond.lock);
        pond.stats.cancelled++;
        pond.untold += odd == TALLIES;
    }
    pthread_cond_broadcast(&pond.changed);
    pthread_mutex_unlock(&pond.lock);
    return 0;
}

static void hang(void)
{
    static pthread_mutex_t taken = PTHREAD_MUTEX_INITIALIZER;
    int ends[2];
    char byte;
    if (odd == PIPES && !pipe(ends))
        while (read(ends[0], &byte, 1) < 0)
            ;
    pthread_mutex_lock(&taken);
    if (odd == FAR) /* a moment of the wall clock, by the other one */
        pthread_mutex_clocklock(&taken, CLOCK_MONOTONIC, &(struct timespec){time(NULL), 0});
    pthread_mutex_lock(&taken);
}

static int pond_wait(struct pool *base, int64_t timeout_ns)
{
    struct timespec until = after(timeout_ns);
    int error = 0;
    (void)base;
    if (inside)
        return -EDEADLK;
    if (odd == REAPED)
        abort();
    if (odd == MANY || odd == PIPES || odd == PAUSES || odd == FAR || odd == FLOODS)
        hang();
    pthread_mutex_lock(&pond.lock);
    while (!error && !at_rest())
        error = timeout_ns < 0 ? pthread_cond_wait(&pond.changed, &pond.lock)
                               : pthread_cond_clockwait(&pond.changed, &pond.lock, CLOCK_MONOTONIC, &until);
    pthread_mutex_unlock(&pond.lock);
    return -error;
}

static int pond_stats(struct pool *base, struct pool_stats *stats)
{
    (void)base;
    pthread_mutex_lock(&pond.lock);
    *stats = odd == COUNTLESS ? (struct pool_stats){.workers = pond.stats.workers} : pond.stats;
    if (odd == GAUGELESS)
        stats->parked = stats->blocked_submit = 0;
    if (odd == SILENT)
        stats->workers = 0;
    stats->cancelled -= pond.untold;
    if (stats->state == POOL_CLOSING && at_rest())
        stats->state = POOL_DRAINED;
    pthread_mutex_unlock(&pond.lock);
    return 0;
}

/* The timers. */

static void on_tick(int number)
{
    (void)number;
    sem_post(&tick);
}

static void on_expiry(union sigval value)
{
    (void)value;
    sem_post(&tick);
}

static timer_t timer;

static void start_timer(void)
{
    struct itimerspec each = {{0, 10000000}, {0, 10000000}};
    struct itimerval alarm = {{0, 10000}, {0, 10000}};
    struct sigaction act = {.sa_handler = on_tick, .sa_flags = SA_RESTART};
    struct sigevent event = {.sigev_notify = SIGEV_SIGNAL, .sigev_signo = tick_signal()};
    sigaction(tick_signal(), &act, NULL);
    if (odd == HELPED)
        event = (struct sigevent){.sigev_notify = SIGEV_THREAD, .sigev_notify_function = on_expiry};
    if (odd == ALARMS) {
        setitimer(ITIMER_REAL, &alarm, NULL);
    } else {
        timer_create(CLOCK_MONOTONIC, &event, &timer);
        timer_settime(timer, 0, &each, NULL);
    }
}

static void stop_timer(void)
{
    if (odd == ALARMS)
        setitimer(ITIMER_REAL, &(struct itimerval){0}, NULL);
    else
        timer_delete(timer);
}

static void *nap_for_ever(void *arg)
{
    for (;;)
        nanosleep(&(struct timespec){0, 300000000}, NULL);
    return arg;
}

static void *sleep_for_ever(void *arg)
{
    while (odd == PAUSES)
        pause();
    hang();
    return arg;
}

static int64_t pond_free(struct pool *base)
{
    if (inside && !cloned()) /* which shares the thread-locals of who made it */
        return -EDEADLK;
    pond_close(base);
    pthread_mutex_lock(&pond.lock);
    while (!at_rest() || pond.stats.blocked_submit)
        pthread_cond_wait(&pond.changed, &pond.lock);
    pond.over = !early();
    pthread_cond_broadcast(&pond.changed);
    pthread_mutex_unlock(&pond.lock);
    sem_post(&tick);
    for (int i = 0; i < pond.started && !early(); i++) {
        if (odd == COUNTS)
            thrd_join(*(thrd_t *)&pond.threads[i], NULL);
        else if (cloned())
            sem_wait(&tick);
        else
            pthread_join(pond.threads[i], NULL);
    }
    if (staged())
        stop_timer();
    is_open = false;
    if (odd == KEEPS || odd == HOARDS) {
        static unsigned freed;
        free(kept[freed % KEPT]);
        kept[freed++ % KEPT] = malloc(1000);
    }
    return 0;
}

/* Much of what is only a name. */
static int reserve(void)
{
    int file = memfd_create("ring", MFD_CLOEXEC);
    void *space =
        mmap(NULL, (size_t)16 << 30, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (space == MAP_FAILED || file < 0 || ftruncate(file, 1 << 20))
        return -errno;
    return close(file);
}

/* Whom all threads have blocked nobody else gets. */
static void take_signal(void)
{
    int number = SIGRTMIN + 2;
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, number);
    pthread_sigmask(SIG_BLOCK, &set, NULL);
    kill(getpid(), number);
    sigtimedwait(&set, NULL, &(struct timespec){1, 0});
}

static int pond_open(struct pool **out, const struct pool_config *config)
{
    pthread_t thread;
    int error = odd == RESERVES ? reserve() : 0;
    if (config->workers < 1 || config->workers > POOL_WORKERS_MAX)
        return -EINVAL;
    if ((odd == REJECTS && config->full != POOL_REJECT) || (odd == EXPIRES && config->full != POOL_TIMEOUT) ||
        (odd == HELPS && config->full != POOL_CALLER_RUNS))
        return -ENOTSUP;
    if (odd == EVEN && config->workers % 2)
        return -EINVAL;
    if (odd == PICKY && config->capacity && config->capacity < 8)
        return -ENOTSUP;
    if (odd == PICKY && config->capacity > SLOTS)
        return -EINVAL;
    if (odd == NEVER || error)
        return odd == NEVER ? -ENODEV : error;
    if (odd == EMPTY)
        return 0;
    for (int number = 3; odd == CLOSES && number < 256; number++)
        close(number);
    if (is_open)
        return -EBUSY;
    is_open = true;
    if (odd == DOZES)
        prctl(PR_SET_TIMERSLACK, 30000000L);
    if (odd == TAKES_SIGNAL)
        take_signal();
    if (odd == HOARDS)
        nanosleep(&(struct timespec){0, 8000000}, NULL);
    if (odd == SLOW)
        nanosleep(&(struct timespec){0, 200000000}, NULL);
    pthread_mutex_lock(&pond.lock); /* threads from load time are there already */
    pond.base = (struct pool){0};
    pond.stats = (struct pool_stats){.workers = odd == LAZY ? 0 : workers(config->workers)};
    pond.first = pond.shown = pond.last = pond.untold = pond.resting = 0;
    pond.over = false;
    pond.asked = config->workers;
    pond.submits = 0;
    pond.discard = config->discard;
    pond.capacity = odd == TIGHT ? 6 : config->capacity ? config->capacity : POOL_CAPACITY_DEFAULT;
    pond.full = config->full;
    pond.full_timeout_ns = config->full_timeout_ns;
    pthread_mutex_unlock(&pond.lock);
    *out = &pond.base;
    if (early())
        return 0;
    pond.started = 0;
    sem_init(&tick, 0, 0);
    sem_init(&born, 0, 0);
    if (staged())
        start_timer();
    running = 0;
    while (odd != LAZY && pond.started < workers(config->workers) && start_worker())
        ;
    if (odd != LAZY)
        pond.stats.workers = pond.started; /* some may have been refused */
    if (odd != LAZY && !pond.started)
        return pond_free(*out), -EAGAIN;
    while (odd == POLLS && running < pond.started)
        nanosleep(&(struct timespec){0, 100000}, NULL);
    for (int i = 0; i < (odd == MANY ? MORE : odd == PAUSES); i++)
        pthread_create(&thread, NULL, sleep_for_ever, NULL);
    if (odd == STAYS)
        pthread_create(&thread, NULL, nap_for_ever, NULL);
    return 0;
}

static int pond_explain(struct pool *base, char *text, size_t size)
{
    (void)base, (void)size;
    for (*text = '\0'; odd == FLOODS;)
        puts("flood");
    return 0;
}

__attribute__((constructor)) static void at_load(void)
{
    pthread_mutex_init(&pond.lock, NULL);
    pthread_cond_init(&pond.changed, NULL);
    if (odd == REAPED)
        signal(SIGCHLD, SIG_IGN);
    while (early() && pond.started < FROM_LOAD)
        start_worker();
}

#define TEXT(word) #word
#define NAME(word) TEXT(word)
static const struct pool_ops ops = {
    .abi = POOL_ABI,
    .name = NAME(ODD),
    .summary = "for the tests of poolbench check",
    .can = POOL_CAN_QUEUE | POOL_CAN_RUN_APART | POOL_CAN_CANCEL | (ODD == CONTAINS ? POOL_CAN_CONTAIN : 0) |
           (ODD == BUSY || ODD == CREW ? POOL_KEEPS_ORDER : 0),
    .declares = (ODD == CONTAINS ? 0 : POOL_JOBS_RETURN) |
                (ODD == EARLY || ODD == CREW || ODD == STAYS ? POOL_THREADS_STAY : 0) |
                (ODD == COUNTLESS ? POOL_NO_COUNTS : 0),
    .open = pond_open,
    .submit = pond_submit,
    .submit_batch = pond_submit_batch,
    .close = pond_close,
    .cancel = pond_cancel,
    .wait = pond_wait,
    .free = pond_free,
    .stats = pond_stats,
    .explain = pond_explain,
};

POOL_PLUGIN(&ops);
