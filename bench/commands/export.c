/* export.c - see export.h. */
#include "bench/commands/export.h"

#include <string.h>

#include "bench/commands/refuse.h"
#include "bench/results/read.h"
#include "bench/show/exported.h"

static int which_format(void)
{
    fprintf(stderr, "poolbench: export: which format? (--format ");
    for (int i = 0; exported_formats[i].name; i++)
        fprintf(stderr, "%s%s", i ? ", " : "", exported_formats[i].name);
    fprintf(stderr, ")\n");
    return EXIT_USAGE;
}

int export_command(const struct options *options)
{
    const char *path = options->words[0], *why_not;
    const struct exported_format *format = exported_formats;
    json_t *document;
    char why[1024];
    if (!options->export_to)
        return which_format();
    if (read_any(path, &document, why, sizeof why))
        return refuse("%s", why);
    while (strcmp(options->export_to, format->name))
        format++;
    why_not = exported_refusal(format, document);
    if (why_not)
        say_line("%s: %s: %s", path, format->name, why_not);
    else
        format->write(document, stdout);
    json_decref(document);
    return why_not ? EXIT_USAGE : EXIT_GOOD;
}
