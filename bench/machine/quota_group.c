/* quota_group.c - see quota_group.h. */
#include "bench/machine/quota_group.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "pools/core/topology.h"

enum { PERIOD_US = 100000 };

#define PREFIX "poolbench-"

static int write_file(const char *folder, const char *name, const char *text)
{
    char path[4500];
    int file, error = 0;
    snprintf(path, sizeof path, "%s/%s", folder, name);
    file = open(path, O_WRONLY | O_CLOEXEC);
    if (file < 0)
        return -errno;
    if (write(file, text, strlen(text)) < 0)
        error = -errno;
    close(file);
    return error;
}

static bool has_file(const char *folder, const char *name)
{
    char path[4500];
    snprintf(path, sizeof path, "%s/%s", folder, name);
    return !access(path, F_OK);
}

/* Of programs that are no more. */
static void remove_stale(const char *parent)
{
    DIR *folder = opendir(parent);
    struct dirent *entry;
    while (folder && (entry = readdir(folder))) {
        char path[4700];
        long pid = strncmp(entry->d_name, PREFIX, strlen(PREFIX)) ? 0 : atol(entry->d_name + strlen(PREFIX));
        if (pid <= 0 || !kill((pid_t)pid, 0) || errno != ESRCH)
            continue;
        snprintf(path, sizeof path, "%s/%s", parent, entry->d_name);
        rmdir(path);
    }
    if (folder)
        closedir(folder);
}

static int set_quota(const char *folder, double cpus, bool version2)
{
    char quota[64], period[32];
    int error;
    if (version2) {
        snprintf(quota, sizeof quota, "%.0f %d", round(cpus * PERIOD_US), PERIOD_US);
        return write_file(folder, "cpu.max", quota);
    }
    snprintf(period, sizeof period, "%d", PERIOD_US);
    snprintf(quota, sizeof quota, "%.0f", round(cpus * PERIOD_US));
    error = write_file(folder, "cpu.cfs_period_us", period);
    return error ? error : write_file(folder, "cpu.cfs_quota_us", quota);
}

/* Below one group. */
static int make_below(struct quota_group *group, const char *parent, double cpus, bool version2)
{
    int error = 0;
    remove_stale(parent);
    snprintf(group->folder, sizeof group->folder, "%s/" PREFIX "%ld", parent, (long)getpid());
    if (mkdir(group->folder, 0755))
        return error = -errno, *group->folder = '\0', error;
    /* Version 2 gives children the controllers that their parent hands down. */
    if (version2 && !has_file(group->folder, "cpu.max"))
        error = write_file(parent, "cgroup.subtree_control", "+cpu");
    if (!error)
        error = set_quota(group->folder, cpus, version2);
    if (error)
        quota_group_remove(group);
    return error;
}

int quota_group_make(struct quota_group *group, double cpus, struct why why)
{
    static const char *const names[] = {"2", "1"};
    char parent[4096];
    int error = -ENOENT, tried = 0;
    *group = (struct quota_group){""};
    for (int version = 2; version >= 1; version--) {
        char *slash;
        if (!topology_group(version, parent, sizeof parent))
            continue;
        error = make_below(group, parent, cpus, version == 2);
        slash = strrchr(parent, '/');
        if (error && version == 2 && slash) { /* a group that has processes hands nothing down: beside it, then */
            *slash = '\0';
            if (make_below(group, parent, cpus, true) == 0)
                error = 0;
            *slash = '/';
        }
        if (!error)
            return 0;
        tried = version;
    }
    if (!tried)
        why_wrong(why, "no cgroup with a CPU controller can be seen here");
    else
        why_wrong(why, "no cgroup (version %s) can be made below %.200s: %s", names[2 - tried], parent,
                  strerror(-error));
    return error;
}

int quota_group_enter(const struct quota_group *group)
{
    return write_file(group->folder, "cgroup.procs", "0");
}

void quota_group_remove(struct quota_group *group)
{
    if (*group->folder)
        rmdir(group->folder);
    *group->folder = '\0';
}
