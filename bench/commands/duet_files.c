/* duet_files.c - see duet_files.h. */
#include "bench/commands/duet_files.h"

#include <string.h>
#include <unistd.h>

#include "bench/commands/changed.h"
#include "bench/commands/refuse.h"
#include "bench/measure/sides.h"

#define SELF_TEST_SLOWED 0.05

/* Our own pools, beside the program or where they were installed. NULL: not there. */
static const char *own_pools(char *path, size_t size)
{
    static const char *const places[] = {"build/pools.so", "../lib/poolbench/pools.so"};
    char self[2048];
    ssize_t length = readlink("/proc/self/exe", self, sizeof self - 1);
    self[length > 0 ? length : 0] = '\0';
    if (strrchr(self, '/'))
        *strrchr(self, '/') = '\0';
    for (size_t i = 0; i < sizeof places / sizeof *places; i++) {
        snprintf(path, size, "%s/%s", self, places[i]);
        if (!access(path, R_OK))
            return path;
    }
    return NULL;
}

/* What the two files hold, to be known again. */
static int sum_both(const struct plan_duet *duet, struct duet_sums *sums)
{
    for (int i = 0; i < 2; i++) {
        const char *path = i ? duet->new : duet->base;
        int error = file_sum(path, sums->of[i]);
        if (!error)
            continue;
        return refuse("%s: cannot be read: %s", path, strerror(-error));
    }
    return EXIT_GOOD;
}

int duet_files_choose(const struct options *options, struct plan_duet *duet, struct duet_sums *sums)
{
    static char path[2200];
    char why[1400];
    if (options->self_test && !options->base && !options->new && !own_pools(path, sizeof path))
        return refuse("duet --self-test: no build/pools.so beside the program (run: make pools.so), and no --base");
    if (!options->self_test && (!options->base || !options->new))
        return refuse(
            "duet wants two plug-ins: --base OLD.so --new NEW.so (make pools.so builds our own pools as one)");
    duet->base = options->base ? options->base : options->new ? options->new : path;
    duet->new = options->new ? options->new : duet->base;
    duet->slowed = options->self_test ? SELF_TEST_SLOWED : 0;
    if (sides_check(duet->base, duet->new, (struct why){why, sizeof why}))
        return refuse("%s", why);
    return sum_both(duet, sums);
}

bool duet_files_changed(const struct plan_duet *duet, const struct duet_sums *sums)
{
    for (int i = 0; i < 2; i++) {
        const char *path = i ? duet->new : duet->base;
        if (!file_sum_differs(path, sums->of[i]))
            continue;
        changed_say(path);
        return true;
    }
    return false;
}
