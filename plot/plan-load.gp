# How late are jobs, with so many workers at such a rate? Latency over the rate, a line of the
# model and measured marks for each number of workers, and the promise.
# plan-load.tsv: workers, what (measured, model), jobs per second, ns, its interval, verdict;
# plan-load-labels.tsv: workers, per s, ns, text. Also: value_low, value_high (s), x_high,
# x_end, promise, promise_text, asked (per s; 0: none), asked_text, answer (workers; 0: none).
load style
load style[1 : strlen(style) - strlen("style.gp")]."plan.gp"
set lmargin at screen 0.085
set rmargin at screen right_edge
set tmargin at screen down(head)
set bmargin at screen up(115)
set xrange [0 : x_end]
step = step_of(x_high)
set xtics ("0" 0)
do for [i = 1 : int(x_high / step)] { set xtics add (say(i * step) i * step) }
set xlabel "jobs offered per second" textcolor rgb grey offset 0,-0.3
set ylabel "planned submit to end" textcolor rgb grey
if (asked > 0) {
    set arrow 3 from asked, graph 0 to asked, graph 1 nohead dashtype 3 linecolor rgb grey linewidth 1.2
    set label 5 "asked for: ".asked_text at asked, graph 0.03 left offset 0.6,0 front textcolor rgb grey font ",11" noenhanced
}
file = data."/".name.".tsv"
plot for [k = 1 : words(sizes)] file every ::1 \
         using (strcol(1) eq word(sizes, k) && strcol(2) eq "model" ? $3 : NaN):($4*1e-9) \
         with lines linewidth 1.8 dashtype 2 linecolor rgb size_colour(int(word(sizes, k)), k), \
     for [k = 1 : words(sizes)] file every ::1 \
         using (strcol(1) eq word(sizes, k) && strcol(2) eq "measured" ? $3 : NaN):($4*1e-9):($5*1e-9):($6*1e-9) \
         with yerrorbars pointtype 6 pointsize 1.3 linewidth 1.8 linecolor rgb size_colour(int(word(sizes, k)), k), \
     for [k = 1 : words(sizes)] file every ::1 \
         using (strcol(1) eq word(sizes, k) && strcol(7) eq "kept" ? $3 : NaN):($4*1e-9) \
         with points pointtype 7 pointsize 1.3 linecolor rgb size_colour(int(word(sizes, k)), k), \
     for [k = 1 : words(sizes)] data."/".name."-labels.tsv" every ::1 \
         using (strcol(1) eq word(sizes, k) && $7 > 0 ? $5 : NaN):($6*1e-9):($2-$5):(($3-$6)*1e-9) \
         with vectors nohead linewidth 0.9 linecolor rgb size_colour(int(word(sizes, k)), k), \
     for [k = 1 : words(sizes)] data."/".name."-labels.tsv" every ::1 \
         using (strcol(1) eq word(sizes, k) ? $2 : NaN):($3*1e-9):4 \
         with labels left offset 0.4,0 font ",14" textcolor rgb size_colour(int(word(sizes, k)), k) noenhanced
