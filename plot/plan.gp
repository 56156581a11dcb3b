# What the figures of a plan share; loaded after style.gp, by the scripts plan-*.gp.
# The recommended number of workers has one colour in all of them, the others theirs in turn.
others_of_sizes = "#D55E00 #7B3294 #009E73 #8C510A #1B9AAA #C51B7D #4D9221 #666666"
size_colour(n, k) = n == answer ? "#0072B2" : word(others_of_sizes, 1 + (k - 1) % 8)
say(v) = v < 1e3 ? sprintf("%g/s", v) : v < 1e6 ? sprintf("%gk/s", v / 1e3) : sprintf("%gM/s", v / 1e6)
# Round steps of an axis from 0, six at most.
step_of(high) = 10 ** floor(log10(high / 5.0)) * (high / 10 ** floor(log10(high / 5.0)) <= 6 ? 1 : \
                high / 10 ** floor(log10(high / 5.0)) <= 12 ? 2 : high / 10 ** floor(log10(high / 5.0)) <= 30 ? 5 : 10)
# A logarithmic axis of times: 1, 2, 5 where they have room.
if (exists("value_low")) {
    set logscale y
    set yrange [value_low / 1.4 : value_high * 1.4]
    set ytics (ns(1) 1e-9)
    do for [e = 0 : 11] { do for [m in digits_of(value_low / 1.4, value_high * 1.4)] { set ytics add (ns(m * 10 ** e) m * 10 ** (e - 9)) } }
}
if (exists("promise")) {
    set arrow 2 from graph 0, first promise to graph 1, first promise nohead dashtype 3 linecolor rgb ink linewidth 1.4
    set label 4 promise_text at graph 0.012, first promise offset 0,0.6 left front font ",13" textcolor rgb ink noenhanced
}
