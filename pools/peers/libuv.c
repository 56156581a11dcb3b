/* libuv.c - libuv's thread pool, which lies behind uv_queue_work.
 *
 * There is one for the whole process, made at the first use and sized by the
 * environment. So that it can be opened with different sizes, one after the
 * other, the library is loaded at open and unloaded at free, which ends its
 * threads. A loop belongs to one thread: each submitter has its own, and turns it
 * now and then, as a program would, to hear of what is done. That of a thread that
 * has ended goes on to the next one, with what it still waits for. */
#include <dlfcn.h>
#include <uv.h>

#include "pools/core/peer.h"

enum { TURN_EVERY = 256, LOOPS_MAX = 1024 };

struct job {
    struct peer_box box;
    uv_work_t request;
};

struct loop {
    uv_loop_t loop;
    unsigned submitted;
    bool is_spare; /* its thread has ended */
};

struct libuv_pool {
    struct peer peer;
    void *library;
    int (*loop_init)(uv_loop_t *);
    int (*loop_close)(uv_loop_t *);
    int (*run)(uv_loop_t *, uv_run_mode);
    int (*queue_work)(uv_loop_t *, uv_work_t *, uv_work_cb, uv_after_work_cb);
    struct loop *loops[LOOPS_MAX];
    int loop_count;
    struct libuv_pool *next; /* that is open, too */
};

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER; /* for all loops, and the pools that are open */
static struct libuv_pool *first;
static pthread_once_t once = PTHREAD_ONCE_INIT;
static pthread_key_t key; /* for the end of a thread that has a loop */

static __thread struct {
    uint64_t id;
    struct loop *loop;
} here;

static void leave(void *value)
{
    (void)value;
    pthread_mutex_lock(&lock);
    for (struct libuv_pool *pool = first; pool; pool = pool->next)
        if (pool->peer.id == here.id)
            here.loop->is_spare = true;
    pthread_mutex_unlock(&lock);
}

static void make_key(void)
{
    pthread_key_create(&key, leave);
}

/* One that is spare, or a new one; NULL: there is none. With the lock. */
static struct loop *loop_take(struct libuv_pool *pool)
{
    struct loop *loop;
    for (int i = 0; i < pool->loop_count; i++) {
        if (pool->loops[i]->is_spare) {
            pool->loops[i]->is_spare = false;
            return pool->loops[i];
        }
    }
    loop = pool->loop_count < LOOPS_MAX ? calloc(1, sizeof *loop) : NULL;
    if (!loop)
        return NULL;
    if (pool->loop_init(&loop->loop)) {
        free(loop);
        return NULL;
    }
    return pool->loops[pool->loop_count++] = loop;
}

/* The loop of this thread, or NULL. */
static struct loop *loop_here(struct libuv_pool *pool)
{
    struct loop *loop;
    if (here.id == pool->peer.id)
        return here.loop;
    leave(NULL); /* of another pool, which it may come back to with another loop */
    pthread_mutex_lock(&lock);
    loop = loop_take(pool);
    here.id = loop ? pool->peer.id : 0;
    here.loop = loop;
    pthread_mutex_unlock(&lock);
    pthread_once(&once, make_key);
    pthread_setspecific(key, &here);
    return loop;
}

static void work(uv_work_t *request)
{
    peer_run_kept(&((struct job *)request->data)->box);
}

static void after(uv_work_t *request, int status)
{
    (void)status;
    free(request->data);
}

static int libuv_submit(struct pool *base, pool_job_fn *fn, void *arg)
{
    struct libuv_pool *pool = (struct libuv_pool *)base;
    struct loop *loop = loop_here(pool);
    struct job *job;
    int error = loop ? peer_box_new(base, fn, arg, sizeof *job, &job) : -ENOMEM;
    if (error)
        return error;
    job->request.data = job;
    if (pool->queue_work(&loop->loop, &job->request, work, after))
        return peer_box_refused(&job->box, -EAGAIN);
    if (++loop->submitted % TURN_EVERY == 0)
        pool->run(&loop->loop, UV_RUN_NOWAIT);
    return 0;
}

static bool find(struct libuv_pool *pool)
{
    pool->library = dlopen("libuv.so.1", RTLD_NOW | RTLD_LOCAL);
    if (!pool->library)
        return false;
    *(void **)&pool->loop_init = dlsym(pool->library, "uv_loop_init");
    *(void **)&pool->loop_close = dlsym(pool->library, "uv_loop_close");
    *(void **)&pool->run = dlsym(pool->library, "uv_run");
    *(void **)&pool->queue_work = dlsym(pool->library, "uv_queue_work");
    return pool->loop_init && pool->loop_close && pool->run && pool->queue_work;
}

static void release(struct libuv_pool *pool)
{
    if (pool->library)
        dlclose(pool->library);
    free(pool);
}

static int libuv_open(struct pool **out, const struct pool_config *config)
{
    struct libuv_pool *pool = (struct libuv_pool *)peer_new(sizeof *pool, config);
    char size[16];
    if (!pool)
        return -errno;
    snprintf(size, sizeof size, "%d", config->workers);
    setenv("UV_THREADPOOL_SIZE", size, 1);
    if (!find(pool)) {
        release(pool);
        return -ENOTSUP;
    }
    pthread_mutex_lock(&lock);
    pool->next = first;
    first = pool;
    pthread_mutex_unlock(&lock);
    *out = &pool->peer.base;
    return 0;
}

static int64_t libuv_free(struct pool *base)
{
    struct libuv_pool *pool = (struct libuv_pool *)base, **at = &first;
    pthread_mutex_lock(&lock);
    while (*at != pool)
        at = &(*at)->next;
    *at = pool->next;
    pthread_mutex_unlock(&lock);
    for (int i = 0; i < pool->loop_count; i++) {
        pool->run(&pool->loops[i]->loop, UV_RUN_DEFAULT);
        pool->loop_close(&pool->loops[i]->loop);
        free(pool->loops[i]);
    }
    release(pool);
    return 0;
}

static const struct pool_reason reasons[] = {
    {"ignored-cancel", "cancels one request at a time (uv_cancel), not all that is queued"},
    {"late-add", "waits in the first submit until its threads run: they cannot be held at birth"},
    {"zero-workers", "documents UV_THREADPOOL_SIZE with a default of 4 and a most of 1024; 0 gives one thread"},
    {"no-recover", "documents nothing of a job that ends its thread"},
    {NULL, NULL},
};

static const struct pool_ops libuv = {
    .abi = POOL_ABI,
    .name = "libuv",
    .summary = "libuv's uv_queue_work; each submitter has its loop",
    .can = PEER_CAN | POOL_KEEPS_ORDER,
    .declares = PEER_DECLARES | POOL_OPEN_AWAITS | POOL_ZERO_IS_AUTO,
    .version = PEER_VERSION,
    .reasons = reasons,
    .open = libuv_open,
    .submit = libuv_submit,
    .close = peer_close,
    .wait = peer_wait,
    .stats = peer_stats,
    .free = libuv_free,
};

POOL_PLUGIN(&libuv);
