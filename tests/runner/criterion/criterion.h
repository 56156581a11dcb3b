/* criterion.h - the little of Criterion that the contract suite uses, for machines
 * on which Criterion cannot start its tests: it runs each in a new process of the
 * program, which an emulator without a hand in the kernel cannot begin. Here a test
 * is a fork (runner.c). A suite compiled with -Itests/runner takes this header. */
#ifndef RUNNER_CRITERION_H
#define RUNNER_CRITERION_H

#include <stddef.h>

struct criterion_test_params {
    size_t size; /* of one */
    void *params;
    size_t length;
};
#define cr_make_param_array(type, array, count) ((struct criterion_test_params){sizeof(type), array, count})

struct runner_options {
    double timeout; /* seconds; 0: none was asked for */
};

struct runner_test {
    const char *suite, *name;
    void (*run)(void *param);
    struct criterion_test_params (*params)(void); /* NULL: runs once */
    struct runner_options options;
};

#define RUNNER_ENTER(suite_, name_, params_, ...)                                                                      \
    static const struct runner_test runner_##suite_##_##name_##_test = {                                               \
        #suite_, #name_, runner_##suite_##_##name_, params_, {__VA_ARGS__}};                                           \
    static const void *const runner_##suite_##_##name_##_entry                                                         \
        __attribute__((used, retain, section("runner_table"))) = &runner_##suite_##_##name_##_test

#define Test(suite_, name_, ...)                                                                                       \
    static void runner_##suite_##_##name_(void *param);                                                                \
    RUNNER_ENTER(suite_, name_, NULL, __VA_ARGS__);                                                                    \
    static void runner_##suite_##_##name_(__attribute__((unused)) void *param)

#define ParameterizedTestParameters(suite_, name_)                                                                     \
    static struct criterion_test_params runner_##suite_##_##name_##_params(void)
#define ParameterizedTest(param_, suite_, name_, ...)                                                                  \
    static void runner_##suite_##_##name_##_body(param_);                                                              \
    static void runner_##suite_##_##name_(void *param)                                                                 \
    {                                                                                                                  \
        runner_##suite_##_##name_##_body(param);                                                                       \
    }                                                                                                                  \
    RUNNER_ENTER(suite_, name_, runner_##suite_##_##name_##_params, __VA_ARGS__);                                      \
    static void runner_##suite_##_##name_##_body(param_)

/* Both print, and end the test. Threads: any. */
_Noreturn void runner_fail(const char *file, int line, const char *what, const char *format, ...)
    __attribute__((format(printf, 4, 5)));
_Noreturn void runner_skip(const char *format, ...) __attribute__((format(printf, 1, 2)));

#define cr_assert(condition, ...)                                                                                      \
    do {                                                                                                               \
        if (!(condition))                                                                                              \
            runner_fail(__FILE__, __LINE__, #condition, " " __VA_ARGS__);                                              \
    } while (0)
#define cr_skip_test(...) runner_skip(__VA_ARGS__)

#endif
