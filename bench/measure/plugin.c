/* plugin.c - see plugin.h. */
#include "bench/measure/plugin.h"

#include <dirent.h>
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <locale.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "bench/json/must.h"
#include "bench/json/utf8.h"
#include "bench/measure/file_sum.h"
#include "bench/measure/plugin_words.h"
#include "bench/measure/plugin_workload.h"
#include "bench/measure/shadow.h"
#include "pools/core/pool.h"
#include "workloads/core/why.h"
#include "workloads/core/workload.h"

enum {
    TRY_MS = 10000, /* a plug-in that is not loaded by then hangs */
    FILES_MAX = POOL_ADDED_MAX + WORKLOAD_ADDED_MAX,
};

static char *files[FILES_MAX];
static char sums[FILES_MAX][FILE_SUM]; /* of before they were loaded */
static int file_count;

/* What a plug-in may leave out. */

static int batch_by_loop(struct pool *pool, const struct pool_job *jobs, int count)
{
    for (int i = 0; i < count; i++) {
        int error = pool->ops->submit(pool, jobs[i].fn, jobs[i].arg);
        if (error)
            return i ? i : error;
    }
    return count;
}

bool plugin_batch_is_loop(const struct pool_ops *ops)
{
    return ops->submit_batch == batch_by_loop;
}

static int no_cancel(struct pool *pool)
{
    (void)pool;
    return -ENOTSUP;
}

static int no_receive(struct pool *pool, struct pool_result *results, int count, int64_t timeout_ns)
{
    (void)pool, (void)results, (void)count, (void)timeout_ns;
    return -ENOTSUP;
}

static int explain_by_stats(struct pool *pool, char *text, size_t size)
{
    struct pool_stats s = {0};
    int error = pool->ops->stats(pool, &s);
    if (error)
        return error;
    snprintf(text, size,
             "%s: %llu accepted, %llu done, %llu failed, %llu cancelled, %llu dropped (it explains no more)\n",
             pool->ops->name, (unsigned long long)s.accepted, (unsigned long long)s.done, (unsigned long long)s.failed,
             (unsigned long long)s.cancelled, (unsigned long long)s.dropped);
    return 0;
}

/* Validation. */

/* The pool's table with what it may leave out filled in. What is written into
 * `ops` is read through pool->ops, which must be this copy. */
static int complete_pool(struct pool_ops *ops, const char *path, struct why why)
{
    const struct {
        const char *call;
        bool there;
    } needed[] = {{"open", ops->open},
                  {"submit", ops->submit},
                  {"close", ops->close},
                  {"wait", ops->wait},
                  {"free", ops->free},
                  {"stats", ops->stats},
                  {"cancel", ops->cancel || !(ops->can & POOL_CAN_CANCEL)},
                  {"receive", ops->receive || !(ops->can & POOL_CAN_RESULTS)},
                  {"enter", ops->enter || !(ops->declares & POOL_MUST_ENTER)}};
    for (size_t i = 0; i < sizeof needed / sizeof *needed; i++)
        if (!needed[i].there)
            return why_wrong(why, "plug-in %s: its pool \"%s\" lacks the call \"%s\"", path, ops->name, needed[i].call);
    ops->summary = ops->summary ? plugin_words_line(ops->summary) : "a plug-in";
    ops->version = ops->version ? plugin_words_line(ops->version) : NULL;
    ops->submit_batch = ops->submit_batch ? ops->submit_batch : batch_by_loop;
    ops->cancel = ops->cancel ? ops->cancel : no_cancel;
    ops->receive = ops->receive ? ops->receive : no_receive;
    ops->explain = ops->explain ? ops->explain : explain_by_stats;
    return 0;
}

int plugin_complete(const struct pool_ops *theirs, const char *path, struct why why, struct pool_ops **out)
{
    struct pool_ops *ops;
    int error;
    if (theirs->abi != POOL_ABI)
        return why_wrong(why, "plug-in %s: a pool of it is built for version %d of the contract, this is version %d",
                         path, theirs->abi, POOL_ABI);
    if (!plugin_words_are_name(theirs->name))
        return why_wrong(why, "plug-in %s: a pool of it has no proper name (1 to %d letters, digits, - and _)", path,
                         PLUGIN_WORDS_NAME);
    ops = malloc(sizeof *ops);
    if (!ops)
        return why_wrong(why, "plug-in %s: out of memory", path);
    *ops = *theirs;
    error = complete_pool(ops, path, why);
    if (error)
        free(ops);
    else
        *out = ops;
    return error;
}

static int add_pool(const struct pool_ops *theirs, const char *path, struct why why)
{
    struct pool_ops *ops;
    int error = plugin_complete(theirs, path, why, &ops);
    if (error)
        return error;
    error = pool_add(ops);
    if (!error)
        return 0;
    why_wrong(why,
              error == -EEXIST ? "plug-in %s: there is a pool \"%s\" already" : "plug-in %s: one pool too many: \"%s\"",
              path, ops->name);
    free(ops);
    return -EINVAL;
}

static int add_workload(const struct workload_ops *theirs, const char *path, struct why why)
{
    struct workload_ops *ops;
    int error = plugin_workload_complete(theirs, path, why, &ops);
    if (error)
        return error;
    error = workload_add(ops);
    if (!error)
        return 0;
    why_wrong(why,
              error == -EEXIST ? "plug-in %s: there is a workload \"%s\" already"
                               : "plug-in %s: one workload too many: \"%s\"",
              path, ops->name);
    free(ops);
    return -EINVAL;
}

/* Loads it into this process. */
static int load(const char *path, struct why why)
{
    const struct pool_ops *const *pools;
    const struct workload_ops *const *workloads;
    void *object = dlopen(path, RTLD_NOW | RTLD_LOCAL);
    int error = 0;
    if (!object)
        return why_wrong(why, "plug-in %s: cannot be loaded: %s", path, dlerror());
    setlocale(LC_ALL, "C"); /* whatever it or its libraries took: our numbers have points */
    pools = dlsym(object, "poolbench_pools");
    workloads = dlsym(object, "poolbench_workloads");
    if (!pools && !workloads)
        error = why_wrong(
            why, "plug-in %s: has neither pools nor workloads (it ends in no POOL_PLUGIN or WORKLOAD_PLUGIN)", path);
    for (int i = 0; !error && pools && pools[i]; i++)
        error = add_pool(pools[i], path, why);
    for (int i = 0; !error && workloads && workloads[i]; i++)
        error = add_workload(workloads[i], path, why);
    return error; /* the object stays: what was added lives in it */
}

/* The same, the first time. */
static int load_and_look(const char *path, struct why why)
{
    int error = load(path, why);
    return error ? error : shadow_check(dlopen(path, RTLD_NOW | RTLD_NOLOAD), path, why);
}

/* The try: in a child, which says over a pipe what is wrong. */

/* A number that only the loader knows: what a plug-in writes to the pipe by itself is
 * no answer. */
static uint64_t secret(void)
{
    uint64_t number = 0;
    if (getrandom(&number, sizeof number, 0) != sizeof number)
        number = (uint64_t)workload_now_ns();
    return number;
}

static void try_main(const char *path, plugin_load_fn *loader, int out, pid_t parent, uint64_t number)
{
    char text[1024] = "";
    int null = open("/dev/null", O_RDWR | O_CLOEXEC), error;
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (getppid() != parent)
        _exit(1);
    dup2(null, 0);
    dup2(null, 1);
    dup2(null, 2);
    error = loader(path, (struct why){text, sizeof text});
    if (write(out, &number, sizeof number) != sizeof number || (error && write(out, text, strlen(text)) < 0))
        _exit(1);
    _exit(0);
}

static bool has_ended(pid_t child)
{
    siginfo_t info = {0};
    return waitid(P_PID, (id_t)child, &info, WEXITED | WNOHANG | WNOWAIT) == 0 && info.si_pid == child;
}

/* Reads all until the child ends or the time is over: what it leaves behind may keep the
 * pipe open. Returns its length. */
static size_t try_read(pid_t child, int in, char *text, size_t size, bool *late)
{
    enum { LOOK_MS = 20 };
    size_t length = 0;
    int64_t until = workload_now_ns() + TRY_MS * INT64_C(1000000);
    *late = false;
    while (length < size - 1) {
        struct pollfd event = {.fd = in, .events = POLLIN};
        bool ended = has_ended(child); /* before the look: then what it said is there */
        int ready = poll(&event, 1, ended ? 0 : LOOK_MS);
        ssize_t got;
        if (ready < 0 && errno == EINTR)
            continue;
        *late = ready == 0 && !ended && workload_now_ns() > until;
        if (ready == 0 && !ended && !*late)
            continue;
        got = ready > 0 ? read(in, text + length, size - 1 - length) : 0;
        if (got <= 0)
            break;
        length += (size_t)got;
    }
    text[length] = '\0';
    return length;
}

/* The number of a child of this process that `but` is not; 0: there is none, -1: it is
 * not to be found out. */
static pid_t other_child(pid_t but)
{
    char path[64];
    long child = 0;
    FILE *children;
    snprintf(path, sizeof path, "/proc/self/task/%d/children", (int)getpid());
    children = fopen(path, "re");
    if (!children)
        return -1;
    while (fscanf(children, "%ld", &child) == 1 && child == but)
        child = 0;
    fclose(children);
    return (pid_t)child;
}

/* Ends the child and what it has left behind: orphans come to this process, which has
 * made itself their reaper. Returns how many there were. */
static int try_end(pid_t child, int *status)
{
    enum { MANY = 1000 };
    int left = 0;
    pid_t orphan;
    kill(child, SIGKILL); /* it has said all, or hangs */
    while (waitpid(child, status, 0) < 0 && errno == EINTR)
        ;
    while (left < MANY && (orphan = other_child(0)) > 0) {
        kill(orphan, SIGKILL);
        while (waitpid(orphan, NULL, 0) < 0 && errno == EINTR)
            ;
        left++;
    }
    return left;
}

int plugin_try(const char *path, plugin_load_fn *loader, struct why why)
{
    uint64_t number = secret();
    int pipes[2], status = 0, left;
    char text[1100];
    size_t length;
    bool late, said;
    pid_t child, parent = getpid();
    if (pipe2(pipes, O_CLOEXEC))
        return why_wrong(why, "plug-in %s: no pipe: %s", path, strerror(errno));
    fflush(NULL);
    prctl(PR_SET_CHILD_SUBREAPER, 1);
    child = fork();
    if (child == 0)
        try_main(path, loader, pipes[1], parent, number);
    close(pipes[1]);
    if (child < 0) {
        close(pipes[0]);
        return why_wrong(why, "plug-in %s: no process to try it in: %s", path, strerror(errno));
    }
    length = try_read(child, pipes[0], text, sizeof text, &late);
    close(pipes[0]);
    left = try_end(child, &status);
    prctl(PR_SET_CHILD_SUBREAPER, 0);
    said = length >= sizeof number && !memcmp(text, &number, sizeof number);
    if (said && length > sizeof number)
        return why_wrong(why, "%s", text + sizeof number);
    if (left)
        return why_wrong(why, "plug-in %s: leaves %d process%s behind when it is loaded", path, left,
                         left == 1 ? "" : "es");
    if (late)
        return why_wrong(why, "plug-in %s: does not come to an end of loading within %d s", path, TRY_MS / 1000);
    if (said)
        return 0;
    if (WIFSIGNALED(status) && WTERMSIG(status) != SIGKILL)
        return why_wrong(why, "plug-in %s: crashes while loading: signal %d (%s)", path, WTERMSIG(status),
                         strsignal(WTERMSIG(status)));
    return why_wrong(why, "plug-in %s: ends the program while loading (status %d)", path,
                     WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status));
}

/* What a library prints while it is loaded is no result: it goes to stderr. Returns the descriptor that stdout is
 * kept in; -1: it stays where it is. */
static int stdout_away(void)
{
    int kept;
    fflush(stdout);
    kept = fcntl(STDOUT_FILENO, F_DUPFD_CLOEXEC, STDERR_FILENO + 1);
    if (kept >= 0)
        dup2(STDERR_FILENO, STDOUT_FILENO);
    return kept;
}

/* An error of before is still one; that stderr takes nothing is none of stdout. */
static void stdout_back(int kept, bool failed)
{
    fflush(stdout);
    if (!failed)
        clearerr(stdout);
    if (kept < 0)
        return;
    dup2(kept, STDOUT_FILENO);
    close(kept);
}

int plugin_load_here(const char *path, plugin_load_fn *loader, struct why why)
{
    static const int own[] = {SIGINT, SIGTERM, SIGHUP, SIGPIPE, SIGCHLD};
    enum { OWN = sizeof own / sizeof *own };
    struct sigaction before[OWN];
    sigset_t mask;
    bool failed = ferror(stdout);
    int error, kept = stdout_away();
    for (int i = 0; i < OWN; i++)
        sigaction(own[i], NULL, &before[i]);
    sigprocmask(SIG_SETMASK, NULL, &mask);
    error = loader(path, why);
    for (int i = 0; i < OWN; i++)
        sigaction(own[i], &before[i], NULL);
    sigprocmask(SIG_SETMASK, &mask, NULL);
    stdout_back(kept, failed);
    return error;
}

int plugin_load(const char *path, char *text, size_t size)
{
    struct why why = {text, size};
    struct stat info;
    char *real = realpath(path, NULL);
    int error;
    if (!real)
        return why_wrong(why, "plug-in %s: %s", *path ? path : "\"\"", strerror(errno));
    for (int i = 0; i < file_count; i++)
        if (!strcmp(files[i], real))
            goto twice;
    if (!utf8_is(real)) /* a round's process gets it in JSON */
        error = why_wrong(why, "plug-in %s: its path is no UTF-8 (copy it to another folder, or rename it)", path);
    else if (stat(real, &info) || !S_ISREG(info.st_mode))
        error = why_wrong(why, "plug-in %s: not a file (a shared object is wanted: cc -shared -fPIC)", path);
    else if (file_count == FILES_MAX)
        error = why_wrong(why, "plug-in %s: one too many (at most %d)", path, FILES_MAX);
    else if ((error = file_sum(real, sums[file_count])))
        why_wrong(why, "plug-in %s: cannot be read: %s", path, strerror(-error));
    else
        error = plugin_try(real, load_and_look, why);
    if (!error)
        error = plugin_load_here(real, load, why);
    if (error)
        free(real);
    else
        files[file_count++] = real;
    return error;
twice:
    free(real);
    return why_wrong(why, "plug-in %s: named twice", path);
}

/* The adapters. */

static int is_object(const struct dirent *entry)
{
    size_t length = strlen(entry->d_name);
    return length > 3 && !strcmp(entry->d_name + length - 3, ".so");
}

int plugin_load_peers(char *text, size_t size)
{
    static const char *const places[] = {"build/peers", "../lib/poolbench/peers"};
    char self[2048], folder[2200], path[2500];
    ssize_t length = readlink("/proc/self/exe", self, sizeof self - 1);
    struct dirent **entries = NULL;
    int count = 0, error = 0;
    self[length > 0 ? length : 0] = '\0';
    if (strrchr(self, '/'))
        *strrchr(self, '/') = '\0';
    for (size_t i = 0; count <= 0 && i < sizeof places / sizeof *places; i++) {
        snprintf(folder, sizeof folder, "%s/%s", self, places[i]);
        count = scandir(folder, &entries, is_object, alphasort);
    }
    if (count <= 0)
        return why_wrong((struct why){text, size}, "--peers: none are built; run: make peers"), -ENOENT;
    for (int i = 0; i < count; i++) {
        snprintf(path, sizeof path, "%s/%s", folder, entries[i]->d_name);
        if (!error)
            error = plugin_load(path, text, size);
        free(entries[i]);
    }
    free(entries);
    return error;
}

json_t *plugin_files(void)
{
    json_t *list = json_array();
    for (int i = 0; i < file_count; i++)
        json_array_append_new(list, must_text(files[i]));
    return list;
}

int plugin_count(void)
{
    return file_count;
}

const char *plugin_path(int index)
{
    return files[index];
}

const char *plugin_changed(void)
{
    for (int i = 0; i < file_count; i++)
        if (file_sum_differs(files[i], sums[i]))
            return files[i];
    return NULL;
}

int plugin_load_again(const char *path, char *why, size_t size)
{
    return load(path, (struct why){why, size});
}

/* They were tried before. */
int plugin_load_files(const json_t *list)
{
    char why[1024];
    json_t *file;
    size_t i;
    json_array_foreach (list, i, file)
        if (load(json_string_value(file), (struct why){why, sizeof why}))
            return -EINVAL;
    return 0;
}
