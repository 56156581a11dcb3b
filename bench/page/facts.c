/* facts.c - see facts.h. */
#include "bench/page/facts.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "bench/findings/noise.h"
#include "bench/json/must.h"
#include "bench/page/encoded.h"
#include "bench/page/repeat.h"
#include "bench/page/tree.h"
#include "bench/results/read_duet.h"
#include "bench/results/result.h"
#include "bench/show/blocks.h"
#include "bench/show/exported.h"
#include "bench/show/noise_show.h"
#include "bench/show/report.h"
#include "workloads/core/units.h"

static void add_fact(xmlNode *facts, const char *name, const char *text)
{
    if (*text)
        tree_set(tree_add_text(facts, "fact", text), "name", name);
}

static void add_bytes(xmlNode *facts, const char *name, const json_t *machine, const char *key)
{
    char text[32];
    json_int_t bytes = result_integer(machine, key);
    if (bytes > 0)
        add_fact(facts, name, units_bytes_text((double)bytes, text, sizeof text));
}

static void add_count(xmlNode *facts, const char *name, const json_t *object, const char *key)
{
    char text[32];
    const json_t *value = json_object_get(object, key);
    if (!json_is_number(value))
        return;
    if (json_is_integer(value)) /* a seed is wrong without its last digit */
        snprintf(text, sizeof text, "%lld", (long long)json_integer_value(value));
    else
        snprintf(text, sizeof text, "%.6g", json_number_value(value));
    add_fact(facts, name, text);
}

static void add_machine(const struct chapter *chapter, xmlNode *part)
{
    const json_t *machine = json_object_get(chapter->document, "machine");
    xmlNode *facts = tree_add(part, "facts");
    add_fact(facts, "host", result_string(machine, "host"));
    add_fact(facts, "processor", result_string(machine, "cpu_model"));
    add_fact(facts, "architecture", result_string(machine, "architecture"));
    add_fact(facts, "kind of guest", result_string(machine, "virtualisation"));
    add_count(facts, "CPUs that could be used", machine, "cpus");
    add_count(facts, "cores", machine, "cores");
    add_count(facts, "packages", machine, "packages");
    add_count(facts, "NUMA nodes", machine, "numa_nodes");
    add_fact(facts, "CPUs allowed", result_string(machine, "affinity"));
    add_count(facts, "CPUs that the cgroup grants", machine, "cgroup_quota_cpus");
    add_bytes(facts, "L1 cache of a core", machine, "l1_bytes");
    add_bytes(facts, "L2 cache of a core", machine, "l2_bytes");
    add_bytes(facts, "L3 cache", machine, "l3_bytes");
    add_count(facts, "CPUs that share it", machine, "l3_shared_by");
    add_fact(facts, "kernel", result_string(machine, "kernel"));
    add_fact(facts, "frequency governor", result_string(machine, "governor"));
    add_count(facts, "load average before", machine, "load_before");
}

static void add_build(const struct chapter *chapter, xmlNode *part)
{
    const json_t *build = json_object_get(chapter->document, "build");
    xmlNode *facts = tree_add(part, "facts");
    const char *name;
    json_t *version;
    add_fact(facts, "poolbench", result_string(build, "version"));
    add_fact(facts, "its revision", result_string(build, "revision"));
    add_fact(facts, "compiler", result_string(build, "compiler"));
    add_fact(facts, "flags", result_string(build, "flags"));
    json_object_foreach (json_object_get(build, "libraries"), name, version)
        if (json_is_string(version))
            add_fact(facts, name, json_string_value(version));
}

static void add_measured(const struct chapter *chapter, xmlNode *part)
{
    const json_t *document = chapter->document, *harness = json_object_get(document, "harness");
    xmlNode *facts = tree_add(part, "facts");
    char noise[800], text[160], *command = repeat_whole(document, true);
    size_t rounds = json_array_size(json_object_get(document, "rounds"));
    add_fact(facts, "date", result_string(document, "date"));
    if (json_array_size(json_object_get(document, "command")))
        add_fact(facts, "command", command);
    free(command);
    if (rounds) {
        snprintf(text, sizeof text, "%zu%s, each a process of its own that runs every configuration once", rounds,
                 json_is_true(json_object_get(document, "interrupted")) ? " (interrupted)" : "");
        add_fact(facts, "rounds", text);
    }
    add_count(facts, "seed", document, "seed");
    if (json_is_object(json_object_get(document, "noise")))
        add_fact(facts, "noise", noise_show(document, noise, sizeof noise));
    if (json_is_object(harness)) {
        snprintf(text, sizeof text, "%.1f ns of each job, %.0f ns of each whose latency is sampled",
                 json_number_value(json_object_get(harness, "job_ns")),
                 json_number_value(json_object_get(harness, "sampled_ns")));
        add_fact(facts, "the harness's own share", text);
    }
}

static void add_legend(const struct chapter *chapter, xmlNode *part)
{
    struct blocks blocks;
    FILE *out = blocks_begin(&blocks);
    if (json_array_size(json_object_get(chapter->document, "configurations")))
        report_legend(chapter->document, out);
    blocks_end(&blocks);
    for (int i = 0; i < blocks.count; i++)
        if (blocks.all[i].text)
            tree_add_text(part, "text", blocks.all[i].text);
    blocks_free(&blocks);
}

void facts_add(const struct chapter *chapter)
{
    xmlNode *part = chapter_part(chapter, chapter->parent, "measured", "How it was measured");
    add_measured(chapter, part);
    add_legend(chapter, part);
    if (!part->children->children && !part->children->next) { /* of limits: the machine says all */
        xmlUnlinkNode(part);
        xmlFreeNode(part);
    }
    if (!json_is_object(json_object_get(chapter->document, "machine"))) /* of a forecast: nothing ran */
        return;
    part = chapter_part(chapter, chapter->parent, "machine", "The machine and the build");
    add_machine(chapter, part);
    add_build(chapter, part);
}

/* Warnings. */

void facts_warn(const struct chapter *chapter)
{
    const json_t *document = chapter->document, *remark;
    char noise[800];
    size_t i, failures = json_array_size(json_object_get(document, "failures"));
    if (failures)
        tree_say(chapter->parent, "notice", "%zu trial%s failed; the numbers are of the others.", failures,
                 failures == 1 ? "" : "s");
    if (json_is_true(json_object_get(document, "interrupted")))
        tree_say(chapter->parent, "notice", "It was interrupted: there is less than was wanted.");
    if (!json_is_object(json_object_get(document, "noise")) || noise_is_quiet(document))
        return;
    tree_say(chapter->parent, "notice", "The machine was not quiet: %s.", noise_show(document, noise, sizeof noise));
    json_array_foreach (json_object_get(json_object_get(document, "before"), "remarks"), i, remark)
        if (*result_string(remark, "help"))
            tree_say(chapter->parent, "notice", "When it began: %s. What helps: %s.", result_string(remark, "what"),
                     result_string(remark, "help"));
}

/* Downloads. */

enum { DOWNLOAD_MAX = 1 << 20 };

static const struct exported_format *format_named(const char *name)
{
    const struct exported_format *format = exported_formats;
    while (format->name && strcmp(format->name, name))
        format++;
    return format->name ? format : NULL;
}

/* "results/x.json" as the stem of a file's name: "x". */
static void stem_of(const char *path, char *stem, size_t size)
{
    const char *slash = strrchr(path, '/');
    size_t length;
    snprintf(stem, size, "%s", slash ? slash + 1 : path);
    length = strlen(stem);
    if (length > 5 && !strcmp(stem + length - 5, ".json"))
        stem[length - 5] = '\0';
}

static void add_download(xmlNode *downloads, const char *name, const char *what, const char *text, size_t length)
{
    size_t encoded;
    char *address = encoded_gzip(text, length, &encoded), size[32];
    xmlNode *node;
    if (encoded <= DOWNLOAD_MAX) {
        node = tree_say(downloads, "download", "%s (%s, gzip)", what,
                        units_bytes_text((double)encoded * 3 / 4, size, sizeof size));
        tree_set(node, "name", name);
        tree_set(node, "href", address);
    }
    free(address);
}

/* Objects below without their field of that name. Owner: the caller. */
static json_t *without_buckets(const json_t *value)
{
    json_t *less, *field;
    const char *name;
    if (!json_is_object(value))
        return json_deep_copy(value);
    less = json_object();
    json_object_foreach ((json_t *)(uintptr_t)value, name, field)
        if (strcmp(name, "buckets"))
            json_object_set_new(less, name, must_have(without_buckets(field)));
    return less;
}

/* What only a program reads, and nine tenths of the file: histograms' buckets and each trial. */
static json_t *without_trials(const json_t *document)
{
    json_t *copy = must_have(json_copy((json_t *)(uintptr_t)document)), *list = json_array(), *one;
    size_t i;
    json_array_foreach (json_object_get(document, "configurations"), i, one) {
        json_t *less = must_have(json_copy(one));
        json_object_del(less, "trials");
        json_object_set_new(less, "summary", without_buckets(json_object_get(one, "summary")));
        json_array_append_new(list, less);
    }
    if (json_array_size(list))
        json_object_set(copy, "configurations", list);
    json_decref(list);
    return copy;
}

void facts_downloads(const struct chapter *chapter)
{
    const struct exported_format *csv = format_named("csv");
    xmlNode *part = chapter_part(chapter, chapter->parent, "numbers", "The numbers as files"),
            *downloads = tree_add(part, "downloads");
    char stem[256], name[300], *text = NULL;
    size_t length;
    json_t *less = without_trials(chapter->document);
    stem_of(chapter->path, stem, sizeof stem);
    if (csv && !exported_refusal(csv, chapter->document)) {
        FILE *out = must_memory(open_memstream(&text, &length));
        csv->write(chapter->document, out);
        fclose(out);
        snprintf(name, sizeof name, "%s.csv.gz", stem);
        add_download(downloads, name, "every trial of every round, one to a line", text, length);
        free(text);
    }
    text = json_dumps(less, JSON_COMPACT | JSON_REAL_PRECISION(6));
    snprintf(name, sizeof name, "%s.summary.json.gz", stem);
    add_download(downloads, name, "the result without its single trials", must_memory(text), strlen(text));
    free(text);
    json_decref(less);
    tree_say(part, "text", "The whole result is the file %s.", chapter->path);
}
