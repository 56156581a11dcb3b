# poolbench: `make help` lists the targets. A new .c file in a folder below is
# found without an edit here.

ifeq ($(origin CC),default)
CC       := gcc
endif
CFLAGS   ?= -O2 -g1
PREFIX   ?= /usr/local
BUILD    ?= build
PROGRAM  ?= poolbench
CHECK    ?= $(PROGRAM)-check
EXPLORE  ?= $(PROGRAM)-explore
CONTRACT ?= $(PROGRAM)-contract
PAGE     ?= $(PROGRAM)-page

PACKAGES := gcc libc6-dev pkg-config libhwloc-dev libjemalloc-dev libjansson-dev libgsl-dev nettle-dev libcriterion-dev \
            libsqlite3-dev zlib1g-dev libxslt1-dev gnuplot-nox fonts-dejavu-core spin git libxml2-utils \
            cmark-gfm shellcheck yamllint
MODULES  := hwloc jemalloc jansson gsl nettle sqlite3 zlib libxslt libxml-2.0

# Functions are aligned, because moving the same code by 24 bytes reads as 1.5%
# on empty jobs; frame pointers are kept for profilers.
COMMON   := -pipe -std=gnu11 -D_GNU_SOURCE -I. -pthread -Wall -Wextra -Wshadow -Wstrict-prototypes -Wmissing-prototypes \
            -Wno-format-truncation -Wno-missing-field-initializers -Wno-unknown-warning-option -fno-omit-frame-pointer -falign-functions=64 -MMD -MP
SANITIZE ?=
MALLOC   ?= -ljemalloc
LIBS     := $(MALLOC) -lhwloc -ljansson -lgsl -lgslcblas -lnettle -lsqlite3 -lz -lm -ldl
XML_LIBS := -lxslt -lxml2
LINK     := -pthread -rdynamic
# Programs that load plug-ins show them no other names than these: a plug-in may have its own of all others.
EXPORTED_NAMES := bench/exported.list
LOADING  := -pthread -Wl,--dynamic-list=$(EXPORTED_NAMES)
FLAGS    := $(COMMON) $(CFLAGS) $(SANITIZE)
# What does not run while somebody measures is there a fifth sooner without the last passes.
COLD     ?= $(addprefix bench/,check commands figures findings history json page results show) $(addprefix tests/,cli contract unit)
cold      = $(if $(filter $(COLD),$(1)),$(patsubst -O2,-O1,$(filter -O2,$(CFLAGS))))
VERSION  := 0.4.0
REVISION := $(shell git describe --always --dirty --abbrev=10 2>/dev/null || echo unknown)

objects   = $(patsubst %.c,$(BUILD)/%.o,$(wildcard $(addsuffix /*.c,$(1))))
POOLS    := $(call objects,pools pools/core)
# The program's rooms. The others are other programs': poolbench-check, -explore, -page.
ROOMS    := $(filter-out bench/check bench/page bench/explore bench/ledger bench/scenarios,$(patsubst %/,%,$(wildcard bench/*/)))
PARTS    := $(POOLS) $(call objects,workloads workloads/core $(ROOMS))
CHECKED  := $(patsubst $(BUILD)/%,$(BUILD)/inject/%,$(POOLS)) $(call objects,faults faults/core faults/kinds bench/check) \
            $(filter-out $(POOLS),$(PARTS))
PAGED    := $(filter-out $(BUILD)/bench/page/main.o,$(call objects,bench/page)) # what makes a page
SUITES   := unit contract held cli check
TORTURES := $(patsubst tests/torture/%.c,%,$(wildcard tests/torture/*.c))
FUZZED   := $(filter-out replay,$(patsubst tests/fuzz/%.c,%,$(wildcard tests/fuzz/*.c)))

# One short line for each file, V=1 for the commands; `make -s` says nothing.
V     ?= 0
Q     := $(if $(filter 1,$(V)),,@)
quiet := $(or $(filter 1,$(V)),$(findstring s,$(filter-out --%,$(firstword -$(MAKEFLAGS)))))
say    = $(if $(quiet),@:,@echo "$(1)")

.DEFAULT_GOAL := all
.DELETE_ON_ERROR:
.PHONY: all bench test plot header man pools.so peers prove-backpressure prove-measuring prove-check prove-history prove-plan prove-compare prove-kills models lock-free detectors asan tsan format lint clean install help deps need FORCE

help: ## list the targets
	@sed -n 's/^\([a-z0-9.-]*\):.*## /\1|/p' $(firstword $(MAKEFILE_LIST)) | LC_ALL=C sort | \
	    awk -v first='bench test all plot peers install clean help' -f docs/targets.awk

# As many compilers at once as there are CPUs, where make was not told how many.
JOBS = $(if $(findstring -j,$(MAKEFLAGS)),,-j$(shell nproc))

# Adapters that were built once follow the contract.
all: need ## build ./poolbench, with ./poolbench-check, -contract, -explore and -page beside it
	@$(MAKE) $(JOBS) --no-print-directory $(PROGRAM) $(CHECK) $(CONTRACT) $(PAGE) $(EXPLORE) $(EXPLORE)-c11 $(wildcard $(BUILD)/peers/*.so)

bench: deps ## install what is missing, build, run the default suite, draw the figures, write the page
	@$(MAKE) --no-print-directory all
	./$(PROGRAM) run

test: deps ## install what is missing, build, run all tests (a short torture under both sanitizers among them)
	@$(MAKE) --no-print-directory page-deps
	@$(MAKE) $(JOBS) --no-print-directory tests-here
	@$(MAKE) --no-print-directory test-built

plot: all ## draw the newest result again
	./$(PROGRAM) plot "$$(ls -t results/*.json | head -n 1)"

asan: deps ## torture, all workloads and all known bugs under AddressSanitizer and UBSan
	@$(MAKE) --no-print-directory SECONDS_EACH=30 torture-asan

tsan: deps ## torture, all workloads and all known bugs under ThreadSanitizer
	@$(MAKE) --no-print-directory SECONDS_EACH=30 torture-tsan

format: ## format all C files
	clang-format -i $(SOURCES)

lint: ## warnings as errors, includes that point the wrong way, formatting
	@$(MAKE) $(JOBS) --no-print-directory BUILD=build/lint PROGRAM=build/lint/poolbench CFLAGS='-O2 -g1 -Werror' COLD= $(addprefix build/lint/,poolbench poolbench-check poolbench-contract poolbench-page poolbench-explore)
	@sh tests/lint.sh
	@if command -v clang-format >/dev/null; then clang-format --dry-run -Werror $(SOURCES) && echo "formatting: clean"; \
	else echo "formatting: not looked at (no clang-format here)"; fi

.PHONY: lint-ci
lint-ci: ## the examples of docs/ci by the schemas of GitHub and GitLab (npm)
	@sh tests/ci-lint.sh $(BUILD)/ci-lint

clean: ## remove what was built; results stay
	rm -rf build $(PROGRAM) $(CHECK) $(CONTRACT) $(PAGE) $(EXPLORE) $(EXPLORE)-c11

# The man page: options, workloads, examples and exit statuses are those of the help.
COMMANDS := run sweep plan check explain explore list plot compare duet history export report limits topology help
$(BUILD)/poolbench.1: docs/poolbench.1.in docs/man.awk $(PROGRAM) $(CHECK) $(EXPLORE)
	$(call say,MAN $@)
	@{ sed '/^@COMMANDS@$$/,$$d' $<; echo '.SH OPTIONS AND EXAMPLES'; \
	for command in $(COMMANDS); do said=$$(COLUMNS= ./$(PROGRAM) help $$command) && [ -n "$$said" ] || exit 1; \
	printf '%s\n' "$$said" | awk -v command=$$command -f docs/man.awk || exit 1; done; \
	sed '1,/^@COMMANDS@$$/d' $<; } >$@
man: all ## the man page: build/poolbench.1
	@$(MAKE) --no-print-directory $(BUILD)/poolbench.1

install: all header man pools.so ## install under PREFIX (default /usr/local), below DESTDIR
	install -d "$(TO)/bin" "$(TO)/share/poolbench/plot" "$(TO)/share/poolbench/programs" "$(TO)/lib/poolbench/peers" \
	    "$(TO)/include" "$(TO)/share/pkgconfig" "$(TO)/share/doc/poolbench/ci" "$(TO)/share/man/man1" \
	    "$(TO)/share/bash-completion/completions"
	install $(PROGRAM) "$(TO)/bin/poolbench"
	install $(CHECK) "$(TO)/bin/poolbench-check"
	install $(CONTRACT) "$(TO)/bin/poolbench-contract"
	install $(PAGE) "$(TO)/bin/poolbench-page"
	install $(EXPLORE) "$(TO)/bin/poolbench-explore"
	install $(EXPLORE)-c11 "$(TO)/bin/poolbench-explore-c11"
	install -m 644 plot/*.gp "$(TO)/share/poolbench/plot"
	[ ! -d $(BUILD)/peers ] || install $(BUILD)/peers/*.so "$(TO)/lib/poolbench/peers"
	install $(BUILD)/pools.so "$(TO)/lib/poolbench"
	install -m 644 faults/programs/* "$(TO)/share/poolbench/programs"
	install -m 644 $(BUILD)/include/poolbench.h "$(TO)/include"
	sed 's|@PREFIX@|$(PREFIX)|; s|@VERSION@|$(VERSION)|' docs/poolbench.pc.in >"$(TO)/share/pkgconfig/poolbench.pc"
	install -m 644 LICENSE CHANGELOG.md docs/plugins.md "$(TO)/share/doc/poolbench"
	install -m 644 docs/ci/* "$(TO)/share/doc/poolbench/ci"
	install -m 644 docs/poolbench.bash "$(TO)/share/bash-completion/completions/poolbench"
	install -m 644 $(BUILD)/poolbench.1 "$(TO)/share/man/man1"
TO = $(DESTDIR)$(PREFIX)

# What the project needs. `deps` installs it, `need` only says it.

MISSING = $(shell for p in $(PACKAGES); do dpkg-query -W -f '$${Status}' $$p 2>/dev/null | grep -q ' installed' || printf '%s ' $$p; done)

COMMAND = sudo apt-get install -y --no-install-recommends $(MISSING)
CANNOT_INSTALL = $(shell [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null || echo yes)

deps:
	$(if $(and $(MISSING),$(CANNOT_INSTALL)),$(error missing packages; run: $(COMMAND)))
	@missing="$(MISSING)"; [ -z "$$missing" ] && exit 0; \
	echo "installing: $$missing"; \
	apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $$missing >/dev/null

need:
	$(if $(shell pkg-config --exists $(MODULES) && echo yes),,$(error missing packages; run: $(COMMAND)))
	@:

# The program.

$(sort $(PROGRAM) $(BUILD)/poolbench): $(PARTS) $(BUILD)/bench/main.o $(EXPORTED_NAMES)
	$(call say,LD $@)
	$(Q)$(CC) $(LOADING) $(SANITIZE) -o $@ $(filter %.o,$^) $(LIBS)

# What `poolbench report` starts.
$(sort $(PAGE) $(BUILD)/poolbench-page): $(PAGED) $(PARTS) $(BUILD)/bench/page/main.o $(EXPORTED_NAMES)
	$(call say,LD $@)
	$(Q)$(CC) $(LOADING) $(SANITIZE) -o $@ $(filter %.o,$^) $(LIBS) $(XML_LIBS)

# What `poolbench check` starts: the same pools with injection points, which the
# measured program has none of, and the faults. It interposes pthread_create; a
# sanitizer does so itself, and there the linker wraps it. Its allocator is the C library's, which
# notices what is freed twice.
WRAP = $(if $(SANITIZE),-Wl$(comma)--wrap=pthread_create)
comma := ,
$(sort $(CHECK) $(BUILD)/poolbench-check): $(CHECKED) $(EXPORTED_NAMES)
	$(call say,LD $@)
	$(Q)$(CC) $(LOADING) $(SANITIZE) $(WRAP) -o $@ $(filter %.o,$^) $(filter-out -ljemalloc,$(LIBS))

# What `poolbench explore` starts: pools whose every access is a call of bench/explore/hooks.c,
# which stands in the place of a sanitizer's library, and whose static data lies in sections
# of their own. No allocator beside its own; addresses are fixed, for the sake of replays. c11/ has
# the fences of processors where a read-modify-write is none, of those pools and parts that have any.
HOOKED   := -fsanitize=thread -U__SANITIZE_THREAD__ -Wno-tsan -include bench/explore/hooked.h -DPOOL_EXPLORED
EXPLORED  = $(COMMON) -O1 -g -fno-pie $(HOOKED) $(EXTRA)
explored  = $(patsubst $(BUILD)/%,$(BUILD)/explore/%,$(1))
# The command's parts; the rest of that room follows schedules, and needs nothing of them.
EXPLORER := $(patsubst %,$(BUILD)/bench/explore/%.o,main options help agree plugged asks hunt shrink trace places report formats figure lines movers)
RUNTIME  := $(filter-out $(EXPLORER),$(call objects,bench/explore bench/ledger))
# What is followed: pools, and what their users do.
FOLLOWED := $(POOLS) $(call objects,bench/scenarios)
FENCED   := $(patsubst %,$(BUILD)/pools/%.o,mutex ring spawn steal textbook core/caller_run core/fork core/submit)
UNFENCED := $(filter-out $(FENCED),$(FOLLOWED))
define EXPLORED_OBJECT
@mkdir -p $(@D)
$(call say,CC $<)
$(Q)$(CC) $(EXPLORED) -c -o $@ $<
$(Q)$(or $(OBJCOPY),objcopy) --rename-section .data=explored_data --rename-section .bss=explored_bss $@
endef
$(BUILD)/explore/c11/%.o: %.c $(BUILD)/flags
	$(EXPLORED_OBJECT)
$(BUILD)/explore/%.o: %.c $(BUILD)/flags
	$(EXPLORED_OBJECT)
$(BUILD)/explore/c11/%.o: EXTRA += -DPOOL_EXPLORED_C11
$(addprefix $(BUILD)/explore/pools/core/,caller_run.o submit.o theft.o) $(addprefix $(BUILD)/explore/c11/pools/core/,caller_run.o submit.o): EXTRA += -fexceptions
$(BUILD)/bench/explore/calls_once.o: EXTRA := -fexceptions
EXPLORE_LINK = $(CC) $(LOADING) -no-pie $(SANITIZE)
EXPLORE_LIBS = $(filter-out -ljemalloc,$(LIBS))
# EXPLORE is linked with each of the two: $(BUILD)/poolbench-explore, and -c11 beside it.
$(sort $(EXPLORE) $(BUILD)/poolbench-explore): $(call explored,$(FOLLOWED))
$(sort $(EXPLORE)-c11 $(BUILD)/poolbench-explore-c11): $(FENCED:$(BUILD)/%=$(BUILD)/explore/c11/%) $(call explored,$(UNFENCED))
$(sort $(EXPLORE) $(EXPLORE)-c11 $(BUILD)/poolbench-explore $(BUILD)/poolbench-explore-c11): $(RUNTIME) $(EXPLORER) $(filter-out $(POOLS),$(PARTS)) $(EXPORTED_NAMES)
	$(call say,LD $@)
	$(Q)$(EXPLORE_LINK) -o $@ $(filter %.o,$^) $(EXPLORE_LIBS)

# Pools with bugs put in, one of which is switched on at a time: what the exploration must find.
MUTATION := $(BUILD)/mutants
MUTATED  := $(patsubst $(BUILD)/%,$(MUTATION)/explored/%,$(POOLS))
$(MUTATION)/mutate: tests/mutants/mutate.c tests/mutants/mutants.c tests/mutants/mutants.h
	@mkdir -p $(@D)
	$(call say,CC $@)
	$(Q)$(CC) $(filter-out -MMD -MP,$(COMMON)) -O1 -o $@ $(filter %.c,$^)
$(MUTATION)/made: $(MUTATION)/mutate $(wildcard pools/*.c pools/core/*.[ch])
	$(Q)$< $(MUTATION)
	@touch $@
MUTATED_AS = $(patsubst -I.,-I$(MUTATION) -I.,$(COMMON)) -include $(MUTATION)/mutant.h $(EXTRA)
$(MUTATED): $(MUTATION)/explored/%.o: $(MUTATION)/made $(BUILD)/flags
	@mkdir -p $(@D)
	$(call say,CC $(MUTATION)/$*.c)
	$(Q)$(CC) $(MUTATED_AS) -O1 -g -fno-pie $(HOOKED) -DPOOL_EXPLORED_C11 -c -o $@ $(MUTATION)/$*.c
	$(Q)$(or $(OBJCOPY),objcopy) --rename-section .data=explored_data --rename-section .bss=explored_bss $@
$(patsubst %,$(MUTATION)/explored/pools/core/%.o,caller_run submit theft) $(patsubst %,$(MUTATION)/plain/pools/core/%.o,caller_run submit theft): EXTRA := -fexceptions
$(BUILD)/found: $(MUTATED) $(call explored,$(call objects,bench/scenarios)) $(BUILD)/tests/mutants/found.o \
    $(BUILD)/tests/mutants/mutants.o $(RUNTIME) $(filter-out %/main.o,$(EXPLORER)) $(filter-out $(POOLS),$(PARTS))
	$(call say,LD $@)
	$(Q)$(EXPLORE_LINK) -o $@ $^ $(EXPLORE_LIBS)
# The same on real threads, for comparison.
$(patsubst $(BUILD)/%,$(MUTATION)/plain/%,$(POOLS)): $(MUTATION)/plain/%.o: $(MUTATION)/made $(BUILD)/flags
	@mkdir -p $(@D)
	$(call say,CC $(MUTATION)/$*.c)
	$(Q)$(CC) $(MUTATED_AS) $(CFLAGS) -c -o $@ $(MUTATION)/$*.c
$(BUILD)/explore-stress: $(patsubst $(BUILD)/%,$(MUTATION)/plain/%,$(POOLS)) $(call objects,bench/scenarios bench/ledger) $(BUILD)/tests/prove/explore_stress.o
	$(call say,LD $@)
	$(Q)$(CC) $(LINK) $(SANITIZE) -o $@ $^ $(LIBS)

# What a plug-in is compiled against: the two contracts in one header.
$(BUILD)/include/poolbench.h: pools/core/pool.h workloads/core/workload.h
	@mkdir -p $(@D)
	@{ echo '/* poolbench.h - the contracts of pools and workloads, for plug-ins. Made of:'; echo ' * $^, poolbench $(VERSION).'; \
	echo ' *'; echo ' * Copyright (c) 2026 the poolbench authors. MIT licence: it may be used, copied, changed'; \
	echo ' * and passed on with any program, under any terms, as long as this notice stays in it.'; \
	echo ' * SPDX-License-Identifier: MIT */'; \
	grep -hv '#include "' $^; } >$@
header: $(BUILD)/include/poolbench.h ## what a plug-in is compiled against: build/include/poolbench.h

# Our own pools as one plug-in, for `poolbench duet`: aligned functions as in the program,
# nothing seen from outside but its table, no symbol of the program's in place of its own,
# and the thread-locals of a library that is there from the start. FROM is the tree that
# the pools are taken from, the entry is always this one's.
FROM     ?= .
TLS      ?= -ftls-model=initial-exec
SHARED    = $(patsubst -I.,-I$(FROM),$(FLAGS)) -fPIC -fvisibility=hidden $(TLS)
SHARED_OF = $(patsubst $(FROM)/%.c,$(BUILD)/shared/%.o,$(wildcard $(FROM)/pools/*.c $(FROM)/pools/core/*.c)) $(SHARED_OWN)
# This tree's, compiled against the pools of FROM: the table, what jobs ask of this copy, and the trees
# whose forks are its own.
SHARED_OWN = $(BUILD)/shared/pools/plugin/pools.o $(patsubst %,$(BUILD)/shared/workloads/core/%.o,job_calls trees uts)
$(SHARED_OWN): $(BUILD)/shared/%.o: %.c $(BUILD)/flags
	@mkdir -p $(@D)
	$(call say,CC $<)
	$(Q)$(CC) $(SHARED) -idirafter . -c -o $@ $<
$(BUILD)/shared/%.o: $(FROM)/%.c $(BUILD)/flags
	@mkdir -p $(@D)
	$(call say,CC $<)
	$(Q)$(CC) $(SHARED) $(EXTRA) -c -o $@ $<
$(addprefix $(BUILD)/shared/pools/core/,caller_run.o submit.o theft.o): EXTRA := -fexceptions
$(BUILD)/pools.so: $(SHARED_OF)
	$(call say,LD $@)
	$(Q)$(CC) -shared -pthread $(SANITIZE) -Wl,-Bsymbolic -Wl,-z,defs -Wl,-z,start-stop-visibility=hidden -o $@ $^ -lhwloc -lnettle -lm -ldl
# The same with so many bytes of code more in front of each of its objects, for a proof. Functions stay
# aligned, so that each object moves by whole lines, by how many depends on what is in front of it.
$(BUILD)/shift-%.o: Makefile
	@mkdir -p $(@D)
	$(Q)printf '.text\n.skip $*, 0x90\n.section .text.unlikely,"ax",@progbits\n.skip $*, 0x90\n.section .note.GNU-stack,"",@progbits\n' | \
	    $(CC) -c -x assembler -o $@ -
$(BUILD)/pools-%.so: $(BUILD)/shift-%.o $(SHARED_OF)
	$(call say,LD $@)
	$(Q)$(CC) -shared -pthread $(SANITIZE) -Wl,-Bsymbolic -Wl,-z,defs -Wl,-z,start-stop-visibility=hidden -o $@ \
	    $(foreach object,$(SHARED_OF),$(BUILD)/shift-$*.o $(object)) -lhwloc -lnettle -lm -ldl
pools.so: $(BUILD)/pools.so ## our own pools as one plug-in, for poolbench duet: build/pools.so

# Where the duet ends with 1, make ends with 2, as with every command that fails.
.PHONY: compare
compare: all ## our own pools of BASE=<git revision> against this tree's, side by side (DUET='-p ring -w empty' for options)
	@POOLBENCH=./$(PROGRAM) sh pools/plugin/compare.sh "$(BASE)" $(DUET)

# Adapters of pools that others wrote: one file in pools/peers each, built where
# its package is there. NAME: package, and what to compile and link with.
PEER_direct      := gcc
PEER_openmp      := gcc
PEER_glib        := libglib2.0-dev
PEER_libuv       := libuv1-dev
PEER_apr         := libaprutil1-dev
PEER_cthreadpool := cthreadpool-dev
PEER_asio        := libasio-dev
PEER_tbb         := libtbb-dev
PEER_thread-pool := libthread-pool-dev
USES_openmp      := -fopenmp
USES_glib        := glib-2.0
USES_libuv       := libuv
USES_apr         := apr-util-1 apr-1
USES_cthreadpool := -I/usr/include/cthreadpool -w
ALSO_cthreadpool := /usr/share/cthreadpool/thpool.c
USES_asio        := -DASIO_STANDALONE
USES_tbb         := tbb
PEERS            := $(basename $(notdir $(wildcard pools/peers/*.c pools/peers/*.cc)))
PEER_PACKAGES    := $(sort g++ $(foreach p,$(PEERS),$(PEER_$(p))))
installed = $(shell dpkg-query -W -f '$${Status}' $(1) 2>/dev/null | grep -q ' installed' && echo yes)
PEERS_HERE = $(foreach p,$(PEERS),$(if $(and $(call installed,$(PEER_$(p))),$(or $(wildcard pools/peers/$(p).c),$(shell command -v $(CXX)))),$(p)))
# Words that are no flags are modules of pkg-config; only their flags are wanted
# of libuv, which is loaded when it is opened.
uses = $(filter -%,$(USES_$(1))) $(if $(filter-out -%,$(USES_$(1))),$(shell pkg-config --cflags $(if $(filter libuv,$(1)),,--libs) $(filter-out -%,$(USES_$(1)))))
PEER = -O2 -g -I. -Wall -Wextra -shared -fPIC -pthread -fexceptions -MMD -MP \
       -DPEER_VERSION='"$(PEER_$*) $(shell dpkg-query -W -f '$${Version}' $(PEER_$*) 2>/dev/null)"' -o $@ $< $(ALSO_$*) $(call uses,$*)
peers: ## install other people's pools and build their adapters: poolbench run --peers
	@$(MAKE) --no-print-directory deps PACKAGES='$(PACKAGES) $(PEER_PACKAGES)'
	@$(MAKE) --no-print-directory peers-here
.PHONY: peers-here
peers-here:
	@$(MAKE) --no-print-directory $(foreach p,$(PEERS_HERE),$(BUILD)/peers/$(p).so)
$(BUILD)/peers/%.so: pools/peers/%.c $(BUILD)/flags
	@mkdir -p $(@D)
	$(call say,CC $<)
	$(Q)$(CC) -std=gnu11 -D_GNU_SOURCE $(PEER)
$(BUILD)/peers/%.so: pools/peers/%.cc $(BUILD)/flags
	@mkdir -p $(@D)
	$(call say,CXX $<)
	$(Q)$(CXX) -std=c++20 $(PEER)

# The same of those in C that come as sources, built for `poolbench explore` (docs/explore.md).
FOLLOWED_PEER = -std=gnu11 -D_GNU_SOURCE -I. -fPIC -fexceptions -O1 -g -fsanitize=thread -U__SANITIZE_THREAD__ -pthread \
                -DPEER_VERSION='"$(PEER_$*) $(shell dpkg-query -W -f '$${Version}' $(PEER_$*) 2>/dev/null)"' $(call uses,$*)
$(BUILD)/peers/followed/%.so: pools/peers/%.c $(BUILD)/flags
	@mkdir -p $(@D)
	$(call say,CC $<)
	$(Q)$(foreach source,$< $(ALSO_$*),$(CC) $(FOLLOWED_PEER) -c -o $@.$(notdir $(source)).o $(source) && )$(CC) -shared -pthread -o $@ $@.*.o

# Plug-ins that the tests load: sound, deliberately broken, and not loadable ones.
PLUGINS := $(addprefix $(BUILD)/plugins/,$(addsuffix .so,mine hash sound loses guesses deaf dies late scribbles lies doubles refuses naps never colours commas logs spills alone version lacks crashes exits nameless taken empty leaves forges bound threads followed linked clock waits cgroup ends many unborn faulty unfit wrong wrong-followed stream tidy untidy slips names names-followed))
ODD     := PLAIN CAPPED SERIAL SILENT LAZY TICKS ALARMS HELPED EARLY CREW RESERVES GAUGELESS COUNTLESS STAYS CONTAINS CLONED PROCESSES PICKY PINNED TRACES KEEPS HOARDS POLLS SLOW OWN_SIGNAL OTHER_SIGNAL TAKES_SIGNAL DOZES SPARES TALLIES BUSY BUSIER PAIRS RESTS SINGLE WHOLE DEAF SHY EVEN REJECTS EXPIRES HELPS TIGHT NEVER MANY PIPES \
           PAUSES FAR REAPED FLOODS COUNTS EMPTY SELFISH CLOSES
PLUGINS += $(patsubst %,$(BUILD)/plugins/odd-%.so,$(ODD))
RUDE    := POLITE PRINTS QUITS CRASHES MASKS GROWS TWINS SLOW
PLUGINS += $(patsubst %,$(BUILD)/plugins/rude-%.so,$(RUDE))
MUTANTS := $(basename $(notdir $(wildcard tests/plugins/mutants/*.sed)))
PLUGINS += $(MUTANTS:%=$(BUILD)/plugins/mine-%.so)
PLUGIN   = $(CC) -std=gnu11 -O2 -g -Wall -Wextra -shared -fPIC -pthread -I$(BUILD)/include $(1) -o $@ $<
$(BUILD)/plugins/mine.c $(BUILD)/plugins/hash.c: $(BUILD)/plugins/%.c: docs/plugins.md
	@mkdir -p $(@D)
	@awk '/^```/ {inside = 0} inside; /^```c/ {getline first; if (first ~ /$*\.c/) {inside = 1; print first}}' $< >$@
$(BUILD)/plugins/mine.so $(BUILD)/plugins/hash.so $(MUTANTS:%=$(BUILD)/plugins/mine-%.so): $(BUILD)/plugins/%.so: $(BUILD)/plugins/%.c $(BUILD)/include/poolbench.h
	$(call say,CC $<)
	$(Q)$(call PLUGIN)
# The manual's pool with one promise broken, each.
$(MUTANTS:%=$(BUILD)/plugins/mine-%.c): $(BUILD)/plugins/mine-%.c: $(BUILD)/plugins/mine.c tests/plugins/mutants/%.sed
	@sed -f tests/plugins/mutants/$*.sed $< >$@ && ! cmp -s $< $@ || { echo "$@: as it was"; exit 1; }
$(addprefix $(BUILD)/plugins/,sound.so loses.so guesses.so deaf.so dies.so late.so scribbles.so lies.so doubles.so refuses.so naps.so never.so colours.so commas.so logs.so spills.so alone.so): \
    $(BUILD)/plugins/%.so: tests/plugins/broken.c $(BUILD)/include/poolbench.h
	@mkdir -p $(@D)
	$(call say,CC $<)
	$(Q)$(call PLUGIN,-DBROKEN_$*)
$(BUILD)/plugins/odd-%.so: tests/plugins/odd.c $(BUILD)/include/poolbench.h
	@mkdir -p $(@D)
	$(call say,CC $< for $*)
	$(Q)$(call PLUGIN,-DODD=$*)
$(BUILD)/plugins/rude-%.so: tests/plugins/rude.c $(BUILD)/include/poolbench.h
	@mkdir -p $(@D)
	$(call say,CC $< for $*)
	$(Q)$(call PLUGIN,-DRUDE=$*)
$(addprefix $(BUILD)/plugins/,faulty.so slips.so stream.so tidy.so unfit.so wrong.so): $(BUILD)/plugins/%.so: tests/plugins/%.c $(BUILD)/include/poolbench.h
	@mkdir -p $(@D)
	$(call say,CC $<)
	$(Q)$(call PLUGIN)
$(BUILD)/plugins/untidy.so: tests/plugins/tidy.c $(BUILD)/include/poolbench.h
	@mkdir -p $(@D)
	$(call say,CC $< untidy)
	$(Q)$(call PLUGIN,-DUNTIDY)
$(BUILD)/plugins/wrong-followed.so: tests/plugins/wrong.c $(BUILD)/include/poolbench.h
	@mkdir -p $(@D)
	$(call say,CC $< to be followed)
	$(Q)$(CC) -std=gnu11 -I$(BUILD)/include -fPIC -O1 -g -Wall -Wextra -fsanitize=thread -U__SANITIZE_THREAD__ -c -o $(@:.so=.o) $< && $(CC) -shared -pthread -o $@ $(@:.so=.o)
$(addprefix $(BUILD)/plugins/,stream.so tidy.so untidy.so wrong.so wrong-followed.so): tests/plugins/ring.h
# What the header declares: a line that does not begin with a space, `static` or not, has the name.
$(BUILD)/plugins/declared.h: $(BUILD)/include/poolbench.h
	@mkdir -p $(@D)
	@sed -n '/^typedef/d; s/^[a-z].*[ *]\(\(pool\|workload\)_[a-z_]*\)(.*/CALL(\1)/p' $< >$@
$(BUILD)/plugins/names.so: tests/plugins/names.c $(BUILD)/plugins/mine.c $(BUILD)/plugins/declared.h
	$(call say,CC $<)
	$(Q)$(call PLUGIN,-I$(BUILD)/plugins $(BUILD)/plugins/mine.c)
$(BUILD)/plugins/names-followed.so: tests/plugins/names.c $(BUILD)/plugins/followed.so $(BUILD)/plugins/declared.h
	$(call say,CC $< to be followed)
	$(Q)$(CC) -std=gnu11 -I$(BUILD)/include -I$(BUILD)/plugins -fPIC -O1 -g -Wall -Wextra -fsanitize=thread -U__SANITIZE_THREAD__ -c -o $(@:.so=.o) $< && \
	    $(CC) -shared -pthread -o $@ $(@:.so=.o) $(BUILD)/plugins/followed.o
# The example, built to be explored, by the line of docs/explore.md; and so that it cannot be.
$(BUILD)/plugins/followed.so: $(BUILD)/plugins/mine.c $(BUILD)/include/poolbench.h
	$(call say,CC $<)
	$(Q)$(CC) -I$(BUILD)/include -fPIC -O1 -g -fsanitize=thread -U__SANITIZE_THREAD__ -c -o $(@:.so=.o) $< && $(CC) -shared -pthread -o $@ $(@:.so=.o)
$(BUILD)/plugins/linked.so: $(BUILD)/plugins/mine.c $(BUILD)/include/poolbench.h
	$(call say,CC $<)
	$(Q)$(call PLUGIN,-fsanitize=thread)
$(BUILD)/plugins/clock.so: tests/core/clock.c tests/core/kit.h
	@mkdir -p $(@D)
	$(call say,CC $<)
	$(Q)$(CC) -std=gnu11 -D_GNU_SOURCE -DCLOCK_PLUGIN -O2 -g -Wall -Wextra -shared -fPIC -I. -o $@ $<
# These are mere libraries: for the contract's tests, and to be loaded before the program's.
$(addprefix $(BUILD)/plugins/,waits.so cgroup.so ends.so many.so unborn.so): $(BUILD)/plugins/%.so: tests/plugins/%.c
	@mkdir -p $(@D)
	$(call say,CC $<)
	$(Q)$(CC) -std=gnu11 -D_GNU_SOURCE -O2 -g -Wall -Wextra -shared -fPIC -o $@ $<
$(BUILD)/tests-cli: | $(addprefix $(BUILD)/plugins/,mine.so followed.so linked.so threads.so loses.so guesses.so naps.so never.so sound.so names.so names-followed.so wrong.so wrong-followed.so logs.so spills.so alone.so)
$(BUILD)/tests-contract $(BUILD)/tests-cli: | $(BUILD)/plugins/waits.so $(BUILD)/pools.so $(BUILD)/faults-in.so
$(BUILD)/plugins/%.so: tests/plugins/unloadable.c $(BUILD)/include/poolbench.h
	@mkdir -p $(@D)
	$(call say,CC $<)
	$(Q)$(call PLUGIN,-DIS_$*)

$(BUILD)/inject/%.o: %.c $(BUILD)/flags
	@mkdir -p $(@D)
	$(call say,CC $<)
	$(Q)$(CC) $(FLAGS) $(EXTRA) -DPOOL_INJECT -c -o $@ $<
$(BUILD)/inject/pools/core/caller_run.o $(BUILD)/inject/pools/core/guard.o $(BUILD)/inject/pools/core/submit.o $(BUILD)/inject/pools/core/theft.o: EXTRA := -fexceptions
$(BUILD)/faults/core/%.o $(BUILD)/faults/kinds/%.o $(BUILD)/faults/%.o: EXTRA = -DPOOL_INJECT $(if $(SANITIZE),-DFAULTS_WRAP)
$(BUILD)/bench/check/%.o: EXTRA = -DPOOL_INJECT

$(BUILD)/%.o: %.c $(BUILD)/flags
	@mkdir -p $(@D)
	$(call say,CC $<)
	$(Q)$(CC) $(FLAGS) $(call cold,$(<D)) $(EXTRA) -c -o $@ $<

# Cleanup handlers of jobs on a submitter's stack, and of stolen forks, cost nothing this way.
$(BUILD)/pools/core/caller_run.o $(BUILD)/pools/core/submit.o $(BUILD)/pools/core/theft.o: EXTRA := -fexceptions
$(BUILD)/bench/machine/version.o: EXTRA = -DPOOLBENCH_VERSION='"$(VERSION)"' -DPOOLBENCH_REVISION='"$(REVISION)"' -DPOOLBENCH_FLAGS='"$(FLAGS)"'
$(BUILD)/bench/machine/version.o: $(BUILD)/revision
# The page is a tree of libxml2's; its templates are bytes of this object.
$(BUILD)/bench/page/%.o $(BUILD)/tests/unit/page_%.o $(BUILD)/tests/fuzz/page.o: EXTRA = $(XML)
XML := $(shell pkg-config --cflags libxml-2.0 2>/dev/null)
$(BUILD)/bench/page/template.o: $(wildcard bench/page/templates/*)

# Files that change only when what they say does.
define says
	@mkdir -p $(@D)
	@echo '$(1)' | cmp -s - $@ || echo '$(1)' >$@
endef
$(BUILD)/flags: FORCE
	$(call says,$(CC) $(FLAGS))
$(BUILD)/revision: FORCE
	$(call says,$(VERSION) $(REVISION))

# The tests.

suite_objects = $(call objects,tests/$(1) tests/core) $(PARTS)
$(BUILD)/tests-unit $(BUILD)/fuzz-page $(BUILD)/replay-page: $(PAGED)
$(BUILD)/tests-unit $(BUILD)/fuzz-page $(BUILD)/replay-page: LIBS += $(XML_LIBS)
define SUITE
$(BUILD)/tests-$(1): $$(call suite_objects,$(1))
	$$(call say,LD $$@)
	$$(Q)$(CC) $(LINK) $(SANITIZE) -o $$@ $$^ -lcriterion $$(LIBS)
endef
$(foreach suite,$(filter-out held check,$(SUITES)),$(eval $(call SUITE,$(suite))))

# What the suites of pools need: no library but theirs, so that an emulator can run them.
POOLS_KIT := $(filter-out $(addprefix $(BUILD)/tests/core/,made_result.o made_search.o open_trial.o measured_queue.o duet_record.o),$(call objects,tests/core))

# Pools of the check build, whose threads are held at chosen steps.
$(BUILD)/tests-held: $(call objects,tests/held) $(POOLS_KIT) $(patsubst $(BUILD)/%,$(BUILD)/inject/%,$(POOLS))
	$(call say,LD $@)
	$(Q)$(CC) $(LINK) $(SANITIZE) -o $@ $^ -lcriterion $(LIBS)
$(BUILD)/tests/held/%.o: EXTRA = -DPOOL_INJECT

# This one judges cells itself.
$(BUILD)/tests-check: $(call objects,tests/check) $(filter-out $(BUILD)/bench/check/%,$(CHECKED))
	$(call say,LD $@)
	$(Q)$(CC) $(LINK) $(SANITIZE) $(WRAP) -o $@ $^ -lcriterion $(LIBS)
$(BUILD)/tests/check/%.o: EXTRA = -DPOOL_INJECT

define TORTURE
$(BUILD)/torture-$(1): $(BUILD)/tests/torture/$(1).o $(POOLS_KIT) $(POOLS)
	$$(call say,LD $$@)
	$$(Q)$(CC) $(LINK) $(SANITIZE) -o $$@ $$^ $(LIBS)
endef
$(foreach torture,$(TORTURES),$(eval $(call TORTURE,$(torture))))

# The suites of pools under a runner of our own: where Criterion's cannot work.
RUNNABLE = $(patsubst $(BUILD)/%,$(BUILD)/runner/%,$(call objects,tests/$(1) tests/runner) $(POOLS_KIT))
$(BUILD)/runner/%.o: %.c $(BUILD)/flags
	@mkdir -p $(@D)
	$(call say,CC $<)
	$(Q)$(CC) $(FLAGS) $(call cold,$(<D)) $(EXTRA) -Itests/runner -c -o $@ $<
$(BUILD)/runner/tests/held/%.o: EXTRA = -DPOOL_INJECT
# The runtime of poolbench-explore. Programs whose accesses are followed are hooked_*.c.
$(BUILD)/runner-explore: $(patsubst $(BUILD)/%,$(BUILD)/runner/%,$(filter-out $(BUILD)/tests/explore/hooked_%,$(call objects,tests/explore tests/runner))) \
                         $(call explored,$(filter $(BUILD)/tests/explore/hooked_%,$(call objects,tests/explore)) $(POOLS)) $(RUNTIME)
	$(call say,LD $@)
	$(Q)$(EXPLORE_LINK) -o $@ $^ $(EXPLORE_LIBS)

# A library that is loaded later: what it keeps is set back, too.
$(BUILD)/explore/library.so: tests/explore/library/counts.c bench/explore/hooked.h
	@mkdir -p $(@D)
	$(call say,CC $<)
	$(Q)$(CC) -std=gnu11 -D_GNU_SOURCE -O1 -g -Wall -Wextra -I. $(HOOKED) -fPIC -c -o $(@:.so=.o) $<
		$(Q)$(CC) -shared -o $@ $(@:.so=.o)
$(BUILD)/explore/plain.so: tests/explore/library/counts.c
	@mkdir -p $(@D)
	$(call say,CC $<)
	$(Q)$(CC) -std=gnu11 -D_GNU_SOURCE -O1 -g -Wall -Wextra -fPIC -shared -o $@ $<
$(BUILD)/runner-explore: | $(BUILD)/explore/library.so $(BUILD)/explore/plain.so
$(BUILD)/runner/tests/explore/%.o: EXTRA = -DLIBRARY='"$(BUILD)/explore/library.so"' -DPLAIN_LIBRARY='"$(BUILD)/explore/plain.so"'

$(BUILD)/runner-contract: $(call RUNNABLE,contract) $(POOLS)
$(BUILD)/runner-held: $(call RUNNABLE,held) $(patsubst $(BUILD)/%,$(BUILD)/inject/%,$(POOLS))
$(BUILD)/runner-self: $(patsubst $(BUILD)/%,$(BUILD)/runner/%,$(call objects,tests/runner tests/runner/self))
$(BUILD)/runner-contract $(BUILD)/runner-held $(BUILD)/runner-self:
	$(call say,LD $@)
	$(Q)$(CC) $(LINK) $(SANITIZE) -o $@ $^ $(LIBS)

# What `poolbench check --contract` starts: the tests of pools, one at a time, on any pool.
$(sort $(CONTRACT) $(BUILD)/poolbench-contract): $(patsubst $(BUILD)/%,$(BUILD)/runner/%,$(call objects,tests/contract tests/installed) $(POOLS_KIT)) $(BUILD)/faults/core/waker.o $(PARTS) $(EXPORTED_NAMES)
	$(call say,LD $@)
	$(Q)$(CC) $(LOADING) $(SANITIZE) -o $@ $(filter %.o,$^) $(LIBS)

# On another processor. Its memory model is this machine's, though: an emulator
# on x86-64 shows wrong code and wrong assumptions, not a missing fence.
ARM64 := build/arm64
ARM64_PACKAGES := gcc-aarch64-linux-gnu qemu-user
arm64: ## the suites of pools and the torture on arm64: a cross build, under qemu (SLOWER=12: time limits so many times as long)
	@$(MAKE) --no-print-directory deps PACKAGES='$(ARM64_PACKAGES)'
	@sh tests/arm64/libraries.sh $(ARM64)/root libc6-dev libhwloc-dev nettle-dev
	@$(MAKE) --no-print-directory BUILD=$(ARM64) CC='aarch64-linux-gnu-gcc --sysroot=$(ARM64)/root' OBJCOPY=aarch64-linux-gnu-objcopy LIBS='-lhwloc -lm -ldl' arm64-run
.PHONY: arm64 arm64-run
QEMU := qemu-aarch64 -L $(ARM64)/root
# qemu 7.2 itself aborts where the child of a fork starts threads, and takes more than 13 GB
# for the code of 100,000 functions; and it keeps some 0.3 MB of each thread that ever was.
# All time limits of its tests are of this machine, times SLOWER; beside load more of it helps.
SLOWER ?= 12
QEMU_CANNOT := fork/a_child_may_open_pools_of_its_own functions/* shared/alternate_stacks_are_freed_with_their_threads
arm64-run: $(BUILD)/plugins/waits.so $(BUILD)/pools.so $(addprefix $(BUILD)/runner-,self contract held explore) $(addprefix $(BUILD)/torture-,$(TORTURES))
	@RUN='$(QEMU)' sh tests/runner/self.sh $(BUILD)/runner-self
	@for s in contract held explore; do echo "tests/$$s"; $(QEMU) $(BUILD)/runner-$$s -j2 --slower $(SLOWER) $(foreach test,$(QEMU_CANNOT),--without '$(test)') || exit 1; done
	@for t in $(TORTURES); do RUN='$(QEMU)' SLOWER=$(SLOWER) sh tests/torture/run.sh $(BUILD)/torture-$$t $(SECONDS_EACH) || exit 1; done

.SECONDARY: $(patsubst %,$(BUILD)/tests/prove/%.o,compare duet duet_again duet_rows printed history backpressure measuring plan promises searches)

# Against known answers; not in `make test`, because it takes a quiet machine.
$(BUILD)/prove-%: $(BUILD)/tests/prove/%.o $(BUILD)/tests/core/erlang.o $(BUILD)/tests/core/measured_queue.o $(PARTS)
	$(call say,LD $@)
	$(Q)$(CC) $(LINK) $(SANITIZE) -o $@ $^ $(LIBS)
prove-backpressure: deps ## waiting and blocked shares on this machine against known answers: docs/backpressure.md
	@$(MAKE) --no-print-directory $(BUILD)/prove-backpressure
	@sh tests/prove/write.sh $(BUILD)/prove-backpressure docs/backpressure.md

$(BUILD)/prove-searches: $(addprefix $(BUILD)/tests/core/,made_search.o open_trial.o)
# ROWS="4x500us 1x2ms": only these of the rates; TIMES=2: twice as long.
ROWS ?=
prove-measuring: deps ## open-loop waits, and the rates that sweep --slo keeps, against queues with a known answer: docs/measuring.md
	@$(MAKE) --no-print-directory $(addprefix $(BUILD)/prove-,measuring searches promises)
	@status=0; [ -n "$(ROWS)" ] || for part in searches measuring; do \
	    sh tests/prove/write.sh $(BUILD)/prove-$$part docs/measuring.md || status=1; done; \
	KEEP=$(if $(ROWS),yes) TIMES=$(TIMES) sh tests/prove/write.sh "$(BUILD)/prove-promises $(ROWS)" docs/measuring.md || status=1; \
	exit $$status

# DUET_PROCESSES for each of 15 rows (ROWS="quiet:same bursts:3% spinner": only these), DUET_REAL real
# runs of two minutes beside them. What is recorded lies in DUET_RECORD; DUET_FROM=FILE takes from there
# what it has, so that a second try records nothing anew, and one that was interrupted goes on.
DUET_PROCESSES ?= 30
DUET_REAL      ?= 0
DUET_RECORD    ?= $(BUILD)/prove-duet.json
DUET_FROM      ?=
DUET_PROOF      = $(BUILD)/prove-duet $(BUILD) --processes $(DUET_PROCESSES) --real $(DUET_REAL) --record $(DUET_RECORD) \
                  $(if $(DUET_FROM),--from $(DUET_FROM)) $(if $(ROWS),--rows $(subst $(space),$(comma),$(strip $(ROWS))))
space := $(subst ,, )
$(BUILD)/prove-duet: $(patsubst %,$(BUILD)/tests/prove/duet_%.o,again rows) $(BUILD)/tests/core/duet_record.o
.PHONY: prove-duet
prove-duet: deps ## of how many runs a duet accuses what has not changed, and finds what has: docs/duet.md (DUET_PROCESSES=30: 40 min; DUET_REAL=0)
	@$(MAKE) --no-print-directory $(BUILD)/prove-duet $(BUILD)/pools.so $(BUILD)/pools-24.so $(BUILD)/pools-40.so
	@KEEP=$(if $(ROWS),yes) LIMIT=86400 sh tests/prove/write.sh "$(DUET_PROOF)" docs/duet.md

# Seconds for each mutant and strategy, and for the stress beside them.
EXPLORE_SECONDS ?= 10
.PHONY: prove-explore
prove-explore: deps ## how soon bugs that are put into the pools are found, and by which strategy, stress beside it: docs/explore.md (EXPLORE_SECONDS=10)
	@$(MAKE) --no-print-directory $(BUILD)/found $(BUILD)/explore-stress
	@STRESS=$(BUILD)/explore-stress LIMIT=14400 sh tests/prove/write.sh "$(BUILD)/found --table $(EXPLORE_SECONDS)" docs/explore.md

# KINDS=no: not the kinds from public reports. ONLY="ring preempted": only these rows of them. MANY, SOME: how many runs of a row.
# What was counted is recorded in CHECK_RECORD, and the next call goes on from there; without that file, all anew.
CHECK_RECORD ?= $(BUILD)/prove-check.rows
prove-check: deps ## the thirteen 1,000 times in each cell, and 200 on one CPU, with 8 workers, under load; then the kinds: docs/check.md
	@$(MAKE) --no-print-directory $(PROGRAM) $(CHECK) $(PLUGINS)
	@status=0; [ -n "$(ONLY)" ] || { POOLBENCH=./$(PROGRAM) sh tests/prove/check.sh || status=1; \
	POOLBENCH=./$(PROGRAM) RECORD=$(CHECK_RECORD) LIMIT=86400 sh tests/prove/write.sh "sh tests/prove/odd.sh" docs/check.md || status=1; }; \
	[ "$(KINDS)" = no ] || POOLBENCH=./$(PROGRAM) RECORD=$(CHECK_RECORD) ONLY="$(ONLY)" sh tests/prove/kinds.sh $(BUILD)/plugins || status=1; exit $$status

$(BUILD)/prove-history: $(BUILD)/tests/core/made.o
prove-history: deps ## change points of the history against series that are made up (3 min): docs/history.md
	@$(MAKE) --no-print-directory $(BUILD)/prove-history
	@sh tests/prove/write.sh $(BUILD)/prove-history docs/history.md

$(BUILD)/prove-compare: $(BUILD)/tests/core/made.o $(BUILD)/tests/core/made_result.o
prove-compare: deps ## whom `compare` accuses and what it finds, of results that are made up (10 min): docs/compare.md
	@$(MAKE) --no-print-directory $(BUILD)/prove-compare
	@LIMIT=7200 sh tests/prove/write.sh $(BUILD)/prove-compare docs/compare.md

# WORKERS="1 4": only these.
prove-plan: deps ## what `plan` foretells against what is then measured: docs/plan.md (13 min)
	@$(MAKE) --no-print-directory $(BUILD)/prove-plan
	@KEEP=$(if $(WORKERS),yes) sh tests/prove/write.sh "$(BUILD)/prove-plan $(WORKERS)" docs/plan.md

.PHONY: reference reference-tables
reference: deps peers ## all of results/reference again, and its tables (quiet, committed; 20 min)
	@sh tests/prove/reference.sh --revision >/dev/null
	@$(MAKE) --no-print-directory all REVISION="$$(sh tests/prove/reference.sh --revision)"
	@sh tests/prove/reference.sh
	@$(MAKE) --no-print-directory reference-tables
reference-tables: deps ## the tables of README and docs/peers.md again, from results/reference
	@$(MAKE) --no-print-directory $(BUILD)/prove-printed
	@sh tests/prove/printed.sh $(BUILD)/prove-printed README.md
	@sh tests/prove/write.sh "$(BUILD)/prove-printed --beside mutex results/reference/peers.json" docs/peers.md

prove-kills: deps ## the history under 200 kills of two writers at once
	@$(MAKE) --no-print-directory $(PROGRAM) $(BUILD)/tests-cli
	@POOLBENCH=./$(PROGRAM) POOLBENCH_KILLS=200 $(BUILD)/tests-cli --filter 'history/kills_lose_nothing'

# What each tool is installed for: docs/exports.md.
EXPORT_PACKAGES := python3 hyperfine libbenchmark-tools python3-scipy python3-prometheus-client python3-jsonschema
EXPORTED        := results/reference/suite.json results/reference/search.json tests/exports/duet.json
.PHONY: test-exports exports-read
test-exports: deps ## exports read back by the tools that they are for (installs those that Debian has): docs/exports.md
	@$(MAKE) --no-print-directory deps PACKAGES='$(PACKAGES) $(EXPORT_PACKAGES)'
	@$(MAKE) --no-print-directory $(PROGRAM)
	@POOLBENCH=./$(PROGRAM) timeout 300 /usr/bin/python3 tests/exports/read.py $(EXPORTED) --all
exports-read:
	@if command -v python3 >/dev/null; then POOLBENCH=./$(PROGRAM) timeout 300 python3 tests/exports/read.py $(EXPORTED); \
	else echo "exports: not read back (no python3 here)"; fi

# The pages of `poolbench report` in a browser. npm is with nodejs where that is not Debian's. Where these
# cannot be had `make test` says so and goes on; the gate (.ci/run) does not.
PAGE_PACKAGES = chromium nodejs $(if $(shell command -v npm),,npm)
PAGE_MUST    ?=
.PHONY: test-page page-deps page-here
page-deps:
	@$(MAKE) --no-print-directory deps PACKAGES='$(PACKAGES) $(PAGE_PACKAGES)' || [ "$(PAGE_MUST)" != yes ]
page-here:
	@POOLBENCH=./$(PROGRAM) PAGE_MUST=$(PAGE_MUST) sh tests/page/run.sh $(BUILD)/page
test-page: deps ## the pages of `poolbench report` in Chromium (installs it, and two packages of npm): tests/page
	@$(MAKE) --no-print-directory page-deps PAGE_MUST=yes
	@$(MAKE) --no-print-directory $(PROGRAM) $(CHECK) $(PAGE) $(EXPLORE) $(EXPLORE)-c11
	@$(MAKE) --no-print-directory page-here PAGE_MUST=yes

models: deps ## how workers sleep and are called, and the lanes of forks, in every interleaving; mutants must be caught (5 min, 2 GB)
	@sh docs/models/run.sh

lock-free: deps ## whoever is frozen at whatever step of a submit, a take or a settling, the others complete a million jobs
	@$(MAKE) --no-print-directory $(BUILD)/tests-held
	@LOCK_FREE_JOBS=1000000 $(BUILD)/tests-held -j1 --filter 'lock_free/*'

detectors: deps ## in how many of 20 runs each known bug shows, by itself and under TSan, ASan, helgrind, DRD: docs/detectors.md
	@$(MAKE) --no-print-directory deps PACKAGES='$(PACKAGES) valgrind'
	@$(MAKE) --no-print-directory $(PROGRAM) $(CHECK)
	@POOLBENCH=./$(PROGRAM) sh tests/prove/detectors.sh

# Readers, under any bytes. What was found stays in tests/fuzz/corpus, and `make test`
# reads it again.
FUZZ_SECONDS ?= 60
FUZZ_FLAGS   := -fsanitize=address,undefined -fno-sanitize-recover=undefined
define FUZZ
$(BUILD)/fuzz-$(1): $(BUILD)/tests/fuzz/$(1).o $(PARTS)
	$$(call say,LD $$@)
	$$(Q)$(CC) $$(LINK) $(SANITIZE) -fsanitize=fuzzer -o $$@ $$^ $$(LIBS)
$(BUILD)/replay-$(1): $(BUILD)/tests/fuzz/$(1).o $(BUILD)/tests/fuzz/replay.o $(PARTS)
	$$(call say,LD $$@)
	$$(Q)$(CC) $$(LINK) $(SANITIZE) -o $$@ $$^ $$(LIBS)
endef
$(foreach target,$(FUZZED),$(eval $(call FUZZ,$(target))))
$(BUILD)/fuzz-figures $(BUILD)/replay-figures $(BUILD)/fuzz-page $(BUILD)/replay-page: LINK += -Wl,--wrap=gnuplot_run
.PHONY: fuzz fuzz-run fuzz-replay
fuzz: deps ## readers of results, pages, plans, words, topologies, cgroups and traces under any bytes, FUZZ_SECONDS=60 each (clang's libFuzzer)
	@$(MAKE) --no-print-directory deps PACKAGES='$(PACKAGES) clang libclang-rt-14-dev'
	@$(MAKE) --no-print-directory BUILD=build/fuzz CC=clang SANITIZE='-fsanitize=fuzzer-no-link $(FUZZ_FLAGS)' MALLOC= fuzz-run
fuzz-run: $(addprefix $(BUILD)/fuzz-,$(FUZZED))
	@for t in $(FUZZED); do sh tests/fuzz/run.sh $(BUILD)/fuzz-$$t $(FUZZ_SECONDS) $(BUILD) || exit 1; done
fuzz-replay: $(addprefix $(BUILD)/replay-,$(FUZZED))
	@for t in $(FUZZED); do timeout 300 $(BUILD)/replay-$$t tests/fuzz/corpus/$$t >$(BUILD)/replay.txt 2>&1 || \
	    { tail -n 20 $(BUILD)/replay.txt; echo "fuzz: $$t: an input of the corpus ends it"; exit 1; }; \
	    echo "fuzz: $$t: $$(tail -n 1 $(BUILD)/replay.txt), clean"; done

# Calls that fail.
FAULTS_SECONDS ?= 600
$(BUILD)/faults-in.so: tests/faults-in/shim.c
	@mkdir -p $(@D)
	$(call say,CC $<)
	$(Q)$(CC) -std=gnu11 -D_GNU_SOURCE -O2 -g -Wall -Wextra -Wshadow -shared -fPIC -o $@ $< -ldl
.PHONY: faults-in
faults-in: deps ## the N-th malloc, write, open, fsync, rename, thread, process or mmap fails, or a quota ends there, for N = 1.. (10 min): docs/robustness.md
	@$(MAKE) --no-print-directory $(PROGRAM) $(CHECK) $(BUILD)/faults-in.so $(BUILD)/pools.so
	@POOLBENCH=./$(PROGRAM) FAULTS_POOLS=$(BUILD)/pools.so FAULTS_SHIM=$(BUILD)/faults-in.so FAULTS_SECONDS=$(FAULTS_SECONDS) \
	    sh tests/prove/write.sh tests/faults-in/run.sh docs/robustness.md

SECONDS_EACH ?= 2
.PHONY: test-built tests-here torture-here torture-plain torture-asan torture-tsan torture-run workloads-run check-run
torture-plain:
	@$(MAKE) --no-print-directory torture-run
# Each is built by all CPUs, and run by itself.
ASAN = $(MAKE) --no-print-directory BUILD=build/asan SANITIZE='-fsanitize=address,undefined -fno-sanitize-recover=undefined' MALLOC=
TSAN = $(MAKE) --no-print-directory BUILD=build/tsan SANITIZE='-fsanitize=thread' MALLOC=
torture-asan:
	@$(ASAN) $(JOBS) torture-here
	@$(ASAN) torture-run workloads-run check-run
torture-tsan:
	@$(TSAN) $(JOBS) torture-here
	@$(TSAN) torture-run workloads-run check-run
torture-here: $(addprefix $(BUILD)/torture-,$(TORTURES)) $(BUILD)/poolbench $(BUILD)/poolbench-check
torture-run: $(addprefix $(BUILD)/torture-,$(TORTURES))
	@for t in $^; do sh tests/torture/run.sh $$t $(SECONDS_EACH) || exit 1; done

# Every pool under every workload, in a sanitizer's program.
EACH_WORKLOAD := empty cpu io:op=file io:op=socket io:op=pipe io:op=sleep slow-consumer:pause=1ms cancel:jobs=look \
                 cancel:jobs=sleep cancel:jobs=poll cancel:jobs=never tree:fib,n=16 tree:queens,n=6 wakeup depth:jobs=100 memory:size=10us burst:rate=50k,of=cpu:size=1us burst:rate=5k,of=tree:fib,n=14
workloads-run: $(BUILD)/poolbench
	@timeout 300 $< run --no-history $(addprefix -w ,$(EACH_WORKLOAD)) -t 2 --rounds 1 --budget 10ms --no-figures \
	    -o $(BUILD)/workloads.json >$(BUILD)/workloads.txt 2>&1 && \
	    ! grep -qE 'WARNING: |ERROR: |runtime error' $(BUILD)/workloads.txt || { cat $(BUILD)/workloads.txt; exit 1; }
	@echo "workloads: clean"

# Every known bug's client and pool, in a sanitizer's program: no report in a cell
# that should hold. The sanitizer has threads of its own, which wait in its way.
check-run: $(BUILD)/poolbench $(BUILD)/poolbench-check
	@TSAN_OPTIONS=halt_on_error=1 timeout 900 $< check --without threads --without proof --limit 300ms --format json \
	    >$(BUILD)/check.json 2>$(BUILD)/check.txt; \
	grep -q '"fails": 0' $(BUILD)/check.json || { cat $(BUILD)/check.json $(BUILD)/check.txt; exit 1; }
	@echo "check: clean"

# All that the tests need, so that many can build it: they are run one by one.
tests-here: $(PROGRAM) $(CHECK) $(CONTRACT) $(PAGE) $(EXPLORE) $(EXPLORE)-c11 $(BUILD)/found $(BUILD)/prove-printed $(PLUGINS) \
    $(addprefix $(BUILD)/torture-,$(TORTURES)) $(addprefix $(BUILD)/replay-,$(FUZZED)) $(addprefix $(BUILD)/tests-,$(SUITES)) \
    $(BUILD)/runner-self $(BUILD)/runner-explore

# The torture first, the test runner's own summaries last.
test-built: $(BUILD)/found $(BUILD)/prove-printed torture-plain torture-asan torture-tsan fuzz-replay $(PLUGINS) peers-here $(BUILD)/poolbench.1 $(addprefix $(BUILD)/tests-,$(SUITES)) $(BUILD)/runner-self $(BUILD)/runner-explore
	@sh tests/lint.sh
	@sh tests/runner/self.sh $(BUILD)/runner-self
	@echo tests/explore
	@$(BUILD)/runner-explore -j2
	@sh tests/contract/fifo.sh $(BUILD)/tests-contract
	@sh tests/measured.sh ./$(PROGRAM) $(BUILD)
	@sh tests/fences.sh $(CC) $(filter-out -MMD -MP,$(EXPLORED)) -- $(UNFENCED:$(BUILD)/%.o=%.c)
	@$(MAKE) --no-print-directory exports-read
	@$(MAKE) --no-print-directory page-here
	@sh tests/together.sh 'sh docs/models/run.sh quick' 'timeout 1800 $(BUILD)/found --part 1 2' 'timeout 1800 $(BUILD)/found --part 2 2'
	@POOLBENCH=./$(PROGRAM) sh tests/prove/check.sh --quick
	@for s in $(SUITES); do echo "tests/$$s"; POOLBENCH=./$(PROGRAM) $(BUILD)/tests-$$s -j2 || exit 1; done

SOURCES = $(wildcard pools/*.c pools/core/*.[ch] workloads/*.c workloads/core/*.[ch] faults/*.c faults/core/*.[ch] faults/kinds/*.[ch] bench/*.c bench/*/*.[ch] \
                     tests/*/*.[ch] tests/*/*/*.[ch] pools/peers/* faults/programs/*)

-include $(shell find $(BUILD) -name '*.d' -type f 2>/dev/null)
