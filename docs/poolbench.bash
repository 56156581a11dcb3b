# poolbench.bash - completion for bash. What can be named is asked of the program.

_poolbench()
{
    local word=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD - 1]} command=${COMP_WORDS[1]} program=${COMP_WORDS[0]}
    local words=
    if [ "$COMP_CWORD" = 1 ]; then
        words="$(COLUMNS= "$program" --help 2>/dev/null | awk '/^  [a-z]+ / {print $1}') --help --version"
    else
        case $before in
        -p | --pools) words=$("$program" list pools 2>/dev/null | awk '{print $1}') ;;
        -w | --workload) words=$("$program" list workloads 2>/dev/null | awk '{print $1}') ;;
        --scenario) words=$("$program" explore --list 2>/dev/null | awk '{print $1}') ;;
        --memory) words="sc tso c11" ;;
        --strategy) words="mix pos pct random" ;;
        -f | --faults) words=$("$program" check --list 2>/dev/null | awk '{print $1}') ;;
        -g | --group) words=$("$program" check --list 2>/dev/null | awk '{print $2}' | uniq) ;;
        --full) words="block reject timeout caller-runs drop-oldest" ;;
        --results) words="block throttle drop" ;;
        --slo)
            words="p50= p90= p95= p99= p99.9= p99.99= mean= max= loss="
            compopt -o nospace 2>/dev/null
            ;;
        --pin) words="none compact spread core" ;;
        --require) words=quiet ;;
        -t | --workers | --producers | --capacity | --results-capacity | --full-timeout | --rounds | --budget | --until | --times | --seed | --spin | --synthetic | --rate | --quota | --machines | --machine | --revision | --threshold | --keep | --before | --seconds | --schedules | --replay | --jobs | --repeat | --at-once | --limit) return ;;
        --under) words="tsan asan helgrind drd" ;;
        --without) words="job-gate birth-gate ledger proof crash threads" ;;
        --format)
            case $command in
            check) words="table json tap junit" ;;
            explore) words="table json junit" ;;
            compare | duet) words="table markdown json junit" ;;
            plan) words="table markdown json" ;;
            explain) words="text tsv" ;;
            export) words="gbench benchstat bencher github-action github-action-bigger hyperfine csv openmetrics junit markdown" ;;
            limits | history) words="table json" ;;
            *) words="table json csv" ;;
            esac
            ;;
        --undecided) words="pass fail" ;;
        -o | --output | --from | --plugin | --base | --new | --plot | --trace | --record)
            COMPREPLY=($(compgen -f -- "$word"))
            return
            ;;
        *)
            case $command in
            compare | plot | export | report)
                if [[ $word != -* ]]; then
                    COMPREPLY=($(compgen -f -- "$word"))
                    return
                fi
                ;;
            list) words="pools workloads" ;;
            history)
                case $COMP_CWORD:${COMP_WORDS[2]} in
                2:*) words="show changes baseline import export prune" ;;
                *:import)
                    if [[ $word != -* ]]; then
                        COMPREPLY=($(compgen -f -- "$word"))
                        return
                    fi
                    ;;
                esac
                ;;
            help) words=$(COLUMNS= "$program" --help 2>/dev/null | awk '/^  [a-z]+ / {print $1}') ;;
            explain) words=$("$program" explain 2>/dev/null | awk '{print $1}') ;;
            esac
            words="$words $(COLUMNS= "$program" "$command" --help 2>/dev/null | grep -oE '(^| )--[a-z-]+' | tr -d ' ' | sort -u)"
            ;;
        esac
    fi
    # After a comma the next name of a list begins.
    local done=
    case $before in
    -p | --pools | -f | --faults | -g | --group | --results | --pin | --slo)
        [ "$word" = "${word%,*}" ] || done=${word%,*},
        ;;
    esac
    COMPREPLY=($(compgen -P "$done" -W "$words" -- "${word#"$done"}"))
}
complete -o filenames -F _poolbench poolbench ./poolbench
