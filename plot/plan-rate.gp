# What rate do so many workers hold? Measured, the model, and over many numbers of workers the
# Universal Scalability Law with its band.
# plan-rate.tsv: what (measured, model, law), workers, per s, low, high. Also: rate_high,
# workers_high, asked (per s; 0: none), asked_text, answer (workers; 0: none).
load style
load style[1 : strlen(style) - strlen("style.gp")]."plan.gp"
set lmargin at screen 0.085
set rmargin at screen right_edge
set tmargin at screen down(head)
set bmargin at screen up(115)
set xrange [0 : workers_high + 0.04 * workers_high + 0.3]
set xtics workers_high > 200 ? 50 : workers_high > 80 ? 20 : workers_high > 32 ? 8 : workers_high > 16 ? 2 : 1
set yrange [0 : rate_high * 1.12]
step = step_of(rate_high)
set ytics ("0" 0)
do for [i = 1 : int(rate_high * 1.12 / step)] { set ytics add (say(i * step) i * step) }
set xlabel "workers" textcolor rgb grey offset 0,-0.3
set ylabel "jobs per second that keep the promise" textcolor rgb grey
if (asked > 0) {
    set arrow 3 from graph 0, first asked to graph 1, first asked nohead dashtype 3 linecolor rgb grey linewidth 1.2
    set label 5 "asked for: ".asked_text at graph 0.012, first asked offset 0,0.6 left front textcolor rgb grey font ",11" noenhanced
}
if (exists("model_x")) { set label 6 "model" at first model_x, first model_y left offset 1,0 front textcolor rgb grey font ",13" }
if (exists("law_x")) { set label 7 "scalability law" at first law_x, first law_y left offset 1,0 front textcolor rgb "#0072B2" font ",13" }
if (exists("held_text")) { set label 8 held_text at first held_x, first held_y left offset 1,0 front textcolor rgb "#0072B2" font ",13" noenhanced }
file = data."/".name.".tsv"
is(v) = strcol(1) eq v ? $2 : NaN
plot file every ::1 using (is("law")):4:5 with filledcurves fillcolor rgb "#0072B2" fillstyle transparent solid 0.12 noborder, \
     file every ::1 using (is("law")):3 with lines linewidth 2.4 linecolor rgb "#0072B2", \
     file every ::1 using (is("model")):3 with linespoints linewidth 1.8 dashtype 2 pointtype 2 pointsize 0.7 linecolor rgb grey, \
     file every ::1 using (is("measured")):3:4:5 with yerrorbars pointtype 7 pointsize 1.4 linewidth 1.8 linecolor rgb "#0072B2"
