/* documents.c - see documents.h. */
#include "bench/page/documents.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "bench/results/read.h"
#include "bench/results/read_duet.h"
#include "bench/results/read_explore.h"
#include "bench/results/read_fleet.h"
#include "bench/results/read_machine.h"
#include "bench/results/read_matrix.h"

/* The first bytes of every SQLite database. */
static bool is_database(const char *path)
{
    static const char magic[] = "SQLite format 3";
    char begin[sizeof magic] = "";
    struct stat info;
    FILE *file = !stat(path, &info) && S_ISREG(info.st_mode) ? fopen(path, "re") : NULL; /* a FIFO would wait */
    size_t length = file ? fread(begin, 1, sizeof begin, file) : 0;
    if (file)
        fclose(file);
    return length == sizeof magic && !memcmp(begin, magic, sizeof magic);
}

int documents_read(const char *path, struct document *document, char *why, size_t size)
{
    *document = (struct document){.path = path, .kind = DOCUMENTS_HISTORY};
    if (is_database(path)) {
        document->json = json_object();
        return 0;
    }
    if (read_every(path, &document->json, why, size))
        return -EINVAL;
    document->kind = read_matrix_is(document->json)                            ? DOCUMENTS_CHECK
                     : read_fleet_is(document->json)                           ? DOCUMENTS_FLEET
                     : read_machine_is(document->json)                         ? DOCUMENTS_LIMITS
                     : read_explore_is(document->json)                         ? DOCUMENTS_EXPLORE
                     : read_duet_is(document->json)                            ? DOCUMENTS_DUET
                     : json_is_object(json_object_get(document->json, "plan")) ? DOCUMENTS_PLAN
                                                                               : DOCUMENTS_RUN;
    return 0;
}
