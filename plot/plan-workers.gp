# How many workers for this rate? The promised latency over the number of workers, measured
# beside the model.
# plan-workers.tsv: workers, what (measured, model), workers, ns, its interval, verdict. Also:
# value_low, value_high (s), workers_low, workers_high, promise, promise_text, answer (0: none),
# modelled, quantile.
load style
load style[1 : strlen(style) - strlen("style.gp")]."plan.gp"
set lmargin at screen 0.085
set rmargin at screen right_edge
set tmargin at screen down(head)
set bmargin at screen up(115)
span = workers_high - workers_low
set xrange [workers_low - 0.04 * span - 0.4 : workers_high + 0.04 * span + 0.4]
set xtics span > 200 ? 50 : span > 80 ? 20 : span > 32 ? 8 : span > 16 ? 2 : 1
# Its name stands beside the axis: bars go through the line.
set label 4 "promise\n".promise_text[9:*] at graph 1, first promise left offset 0.6,0 front font ",13" textcolor rgb ink noenhanced
set xlabel "workers" textcolor rgb grey offset 0,-0.3
set ylabel quantile.", planned submit to end" textcolor rgb grey noenhanced
if (answer > 0) {
    set arrow 3 from answer, graph 0 to answer, graph 1 nohead dashtype 3 linecolor rgb "#0072B2" linewidth 1.2
    right = answer > workers_low + 0.7 * span
    close = log(value_high * 1.4 / promise) < 0.07 * log(value_high / value_low * 1.96) # to the promise's line
    set label 5 sprintf("%d worker%s: recommended", answer, answer == 1 ? "" : "s") at answer, graph (close ? 0.88 : 0.97) \
        offset (right ? -0.6 : 0.6),0 front textcolor rgb "#0072B2" font ",12"
    if (right) { set label 5 right } else { set label 5 left }
}
file = data."/".name.".tsv"
bars(v) = strcol(2) eq "measured" && strcol(7) eq v ? $3 : NaN
plot file every ::1 using (strcol(2) eq "model" ? $3 : NaN):($4*1e-9) with lines linewidth 1.8 dashtype 2 linecolor rgb grey, \
     file every ::1 using (bars("kept")):($4*1e-9):($5*1e-9):($6*1e-9) \
         with yerrorbars pointtype 7 pointsize 1.4 linewidth 1.8 linecolor rgb "#0072B2", \
     file every ::1 using (bars("broken")):($4*1e-9):($5*1e-9):($6*1e-9) \
         with yerrorbars pointtype 6 pointsize 1.4 linewidth 1.8 linecolor rgb "#D55E00", \
     file every ::1 using (bars("cannot tell")):($4*1e-9):($5*1e-9):($6*1e-9) \
         with yerrorbars pointtype 6 pointsize 1.4 linewidth 1.8 linecolor rgb grey
