/* SPDX-License-Identifier: MIT */
/* Goal of this test: what the sampler records is, on average, what happened: count and delay, at every fraction and
 * rate, whatever the waits look like; and it varies from seed to seed as much as theory says, no more.
 *
 * The mean over SEEDS seeds must lie within 1 % of the truth. For each case as many waits are drawn as it takes for 1 %
 * to be more than four standard errors of that mean, so an unbiased estimator passes and a biased one does not: three
 * that are known to be biased are put through the same check and must fail.
 *
 * limit: 180
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "check.h"
#include "sampler.h"

enum { SEEDS = 200, PILOT_WAITS = 100000, LEAST_WAITS = 1000 };

static const double tolerance = 0.01, standard_errors = 4.3;

/* Synthetic waits, in ns. */

static double uniform(struct random *random)
{
	return (double)((random_bits(random) >> 11) + 1) / 9007199254740992.0; /* (0, 1] */
}

static double draw_short(struct random *random)
{
	(void)random;
	return 2000;
}

static double draw_long(struct random *random)
{
	(void)random;
	return 300000;
}

static double draw_exponential(struct random *random)
{
	return 1000 - 50000 * log(uniform(random));
}

static double draw_bimodal(struct random *random)
{
	return uniform(random) < 0.5 ? 1000 : 10000000;
}

/* Pareto with exponent 1.5 from 1 us on, cut at 2 ms. */
static double draw_heavy_tailed(struct random *random)
{
	return fmin(1000 * pow(uniform(random), -1 / 1.5), 2000000);
}

static double draw_tiny(struct random *random)
{
	(void)random;
	return 20;
}

struct distribution {
	const char *name;
	double (*draw_ns)(struct random *random);
};

static const struct distribution distributions[] = {
	{"constant 2 us", draw_short},
	{"constant 300 us", draw_long},
	{"1 us + exponential of 50 us", draw_exponential},
	{"1 us or 10 ms", draw_bimodal},
	{"heavy tail from 1 us to 2 ms", draw_heavy_tailed},
};

enum { DISTRIBUTIONS = sizeof(distributions) / sizeof(distributions[0]) };

/* Estimators: false if the wait is dropped. `knob` is the rate in ticks, or the fraction. */

typedef bool estimator(struct random *random, uint64_t delay_ticks, uint64_t knob, struct sample_weight *out_weight);

static bool estimate_block(struct random *random, uint64_t delay_ticks, uint64_t knob, struct sample_weight *out_weight)
{
	if (delay_ticks < sampler_block_threshold_ticks(random, knob))
		return false;
	*out_weight = sampler_block_weight(delay_ticks, knob);
	return true;
}

static bool estimate_mutex(struct random *random, uint64_t delay_ticks, uint64_t knob, struct sample_weight *out_weight)
{
	if (!sampler_mutex_keeps(random, (uint32_t)knob))
		return false;
	*out_weight = sampler_mutex_weight(delay_ticks, (uint32_t)knob, 0);
	return true;
}

/* Go's block profile before 1.17: sampled by time, recorded as if it had not been. */
static bool estimate_uncorrected(struct random *random, uint64_t delay_ticks, uint64_t knob,
				 struct sample_weight *out_weight)
{
	if (delay_ticks < sampler_block_threshold_ticks(random, knob))
		return false;
	*out_weight = (struct sample_weight){.count = SAMPLER_COUNT_ONE, .delay_ticks = delay_ticks};
	return true;
}

/* Go's block profile since 1.17: kept with probability (delay + 1) / rate, recorded as if it were delay / rate. */
static bool estimate_one_too_many(struct random *random, uint64_t delay_ticks, uint64_t knob,
				  struct sample_weight *out_weight)
{
	if (delay_ticks < random_below(random, knob))
		return false;
	*out_weight = sampler_block_weight(delay_ticks, knob);
	return true;
}

/* A mutex profile that is not scaled. */
static bool estimate_unscaled(struct random *random, uint64_t delay_ticks, uint64_t knob,
			      struct sample_weight *out_weight)
{
	if (!sampler_mutex_keeps(random, (uint32_t)knob))
		return false;
	*out_weight = sampler_mutex_weight(delay_ticks, 1, 0);
	return true;
}

/* Variance of what one wait adds to the estimates. */

struct variance {
	double count;
	double delay;
};

typedef struct variance theory(double delay_ticks, double knob);

static struct variance theory_block(double delay_ticks, double knob)
{
	if (delay_ticks >= knob)
		return (struct variance){0, 0};
	return (struct variance){knob / delay_ticks - 1, delay_ticks * (knob - delay_ticks)};
}

static struct variance theory_mutex(double delay_ticks, double knob)
{
	return (struct variance){knob - 1, delay_ticks * delay_ticks * (knob - 1)};
}

/* One case, and what came of it. Ratios are to the truth. */

struct trial {
	const struct distribution *distribution;
	double ticks_per_ns;
	uint64_t knob;
	estimator *estimate;
	theory *variance;
};

struct waits {
	uint64_t *delays_ticks;
	size_t number;
};

struct outcome {
	double mean;
	double spread;          /* standard deviation over the seeds */
	double expected_spread; /* the same in theory */
};

struct outcomes {
	struct outcome count;
	struct outcome delay;
};

static uint64_t draw_ticks(const struct trial *trial, struct random *random)
{
	return (uint64_t)(trial->distribution->draw_ns(random) * trial->ticks_per_ns + 0.5);
}

/* Relative standard deviations in theory for `number` waits of which these are examples. */
static struct variance spreads_of(const struct trial *trial, const struct waits *waits, double number)
{
	double delay_sum = 0, examples = (double)waits->number;
	struct variance sum = {0, 0};

	for (size_t i = 0; i < waits->number; i++) {
		double delay_ticks = (double)waits->delays_ticks[i];
		struct variance one = trial->variance(delay_ticks, (double)trial->knob);

		sum.count += one.count;
		sum.delay += one.delay;
		delay_sum += delay_ticks;
	}
	return (struct variance){.count = sqrt(sum.count / examples / number),
				 .delay = sqrt(sum.delay / examples / number) / (delay_sum / examples)};
}

static struct waits draw_waits(const struct trial *trial, size_t number)
{
	struct waits waits = {.delays_ticks = malloc(number * sizeof(uint64_t)), .number = number};
	struct random random;

	random_seed(&random, 4711, 0);
	if (!waits.delays_ticks)
		abort();
	for (size_t i = 0; i < number; i++)
		waits.delays_ticks[i] = draw_ticks(trial, &random);
	return waits;
}

/* As many that the tolerance is standard_errors of the mean over all seeds. */
static struct waits draw_enough_waits(const struct trial *trial)
{
	struct waits pilot = draw_waits(trial, PILOT_WAITS);
	struct variance spreads = spreads_of(trial, &pilot, 1);
	double needed = pow(fmax(spreads.count, spreads.delay) * standard_errors / tolerance, 2) / SEEDS;

	free(pilot.delays_ticks);
	return draw_waits(trial, needed > LEAST_WAITS ? (size_t)needed : LEAST_WAITS);
}

struct sums {
	double count, count_squares;
	double delay, delay_squares;
};

static void estimate_with(struct random random, const struct trial *trial, const struct waits *waits, struct sums *sums)
{
	uint64_t count = 0, delay_ticks = 0, truth_ticks = 0;
	double count_ratio, delay_ratio;
	struct sample_weight weight;

	for (size_t i = 0; i < waits->number; i++) {
		truth_ticks += waits->delays_ticks[i];
		if (trial->estimate(&random, waits->delays_ticks[i], trial->knob, &weight)) {
			count += weight.count;
			delay_ticks += weight.delay_ticks;
		}
	}
	count_ratio = (double)count / (double)SAMPLER_COUNT_ONE / (double)waits->number;
	delay_ratio = (double)delay_ticks / (double)truth_ticks;
	sums->count += count_ratio;
	sums->count_squares += count_ratio * count_ratio;
	sums->delay += delay_ratio;
	sums->delay_squares += delay_ratio * delay_ratio;
}

static struct outcome outcome_of(double sum, double squares, double expected_spread)
{
	double mean = sum / SEEDS;

	return (struct outcome){.mean = mean,
				.spread = sqrt(fmax(0, squares / SEEDS - mean * mean) * SEEDS / (SEEDS - 1)),
				.expected_spread = expected_spread};
}

/* Each trial has streams of its own, so that no two of them are right or wrong together. */
static struct outcomes run(const struct trial *trial)
{
	static uint64_t stream;
	struct waits waits = draw_enough_waits(trial);
	struct variance spreads = spreads_of(trial, &waits, (double)waits.number);
	struct sums sums = {.count = 0};
	struct random random;

	stream++;
	for (uint64_t seed = 1; seed <= SEEDS; seed++) {
		random_seed(&random, seed, stream);
		estimate_with(random, trial, &waits, &sums);
	}
	printf("# %s, %.1f ticks/ns, knob %ju: %zu waits, %d seeds\n", trial->distribution->name, trial->ticks_per_ns,
	       (uintmax_t)trial->knob, waits.number, SEEDS);
	free(waits.delays_ticks);
	return (struct outcomes){.count = outcome_of(sums.count, sums.count_squares, spreads.count),
				 .delay = outcome_of(sums.delay, sums.delay_squares, spreads.delay)};
}

/* The check of bias, the one that the negative controls must fail. */
static bool is_unbiased(struct outcome outcome)
{
	return fabs(outcome.mean - 1) <= tolerance;
}

static void print_outcome(const char *name, struct outcome outcome)
{
	double error = outcome.expected_spread / sqrt(SEEDS);

	printf("#   %s: mean %.5f of the truth; spread %.3f %%, in theory %.3f %%; 1 %% is ", name, outcome.mean,
	       outcome.spread * 100, outcome.expected_spread * 100);
	if (error > 0)
		printf("%.1f standard errors of the mean\n", tolerance / error);
	else
		printf("beyond any error: everything is kept\n");
}

static void check_outcome(const char *name, struct outcome outcome)
{
	print_outcome(name, outcome);
	ok(is_unbiased(outcome), "%s: mean within 1 %%", name);
	ok(outcome.expected_spread * 4 <= tolerance * sqrt(SEEDS), "%s: 1 %% is 4 standard errors or more", name);
	if (outcome.expected_spread == 0)
		ok(outcome.spread < 1e-6, "%s: no spread, because everything is kept", name);
	else
		near_ratio(outcome.spread, outcome.expected_spread, 0.25, "%s: spread as in theory", name);
}

static void test_unbiased(const struct trial *trial)
{
	struct outcomes outcomes = run(trial);

	check_outcome("count", outcomes.count);
	check_outcome("delay", outcomes.delay);
}

static void test_block(void)
{
	static const double rates_ns[] = {1, 10000, 1000000}, scales[] = {1, 2.6};

	for (int rate = 0; rate < 3; rate++)
		for (int scale = 0; scale < 2; scale++)
			for (int i = 0; i < DISTRIBUTIONS; i++)
				test_unbiased(&(struct trial){
					.distribution = &distributions[i],
					.ticks_per_ns = scales[scale],
					.knob = rates_ns[rate] <= 1 ? 1 : (uint64_t)(rates_ns[rate] * scales[scale]),
					.estimate = estimate_block,
					.variance = theory_block,
				});
}

static void test_mutex(void)
{
	static const uint64_t fractions[] = {1, 5, 100};

	for (int fraction = 0; fraction < 3; fraction++)
		for (int i = 0; i < DISTRIBUTIONS; i++)
			test_unbiased(&(struct trial){
				.distribution = &distributions[i],
				.ticks_per_ns = 1,
				.knob = fractions[fraction],
				.estimate = estimate_mutex,
				.variance = theory_mutex,
			});
}

static void test_rejects(const char *name, const struct trial *trial)
{
	struct outcomes outcomes = run(trial);

	print_outcome("count", outcomes.count);
	print_outcome("delay", outcomes.delay);
	ok(!is_unbiased(outcomes.count), "%s: the check rejects its count", name);
	ok(!is_unbiased(outcomes.delay), "%s: the check rejects its delay", name);
}

static void test_biased_estimators_fail(void)
{
	static const struct distribution tiny = {"constant 20 ns", draw_tiny};
	struct trial trial = {.ticks_per_ns = 1, .knob = 1000000, .variance = theory_block};

	trial.estimate = estimate_uncorrected;
	for (int i = 0; i < DISTRIBUTIONS; i++) {
		trial.distribution = &distributions[i];
		if (trial.distribution->draw_ns != draw_bimodal) /* its long waits hide the error of the delay */
			test_rejects("Go before 1.17", &trial);
	}
	trial.distribution = &tiny;
	trial.knob = 10000;
	trial.estimate = estimate_one_too_many;
	test_rejects("Go since 1.17, waits of 20 ticks", &trial);
	trial.estimate = estimate_block;
	test_unbiased(&trial);
	trial = (struct trial){&distributions[2], 1, 5, estimate_unscaled, theory_mutex};
	test_rejects("unscaled fraction", &trial);
}

static void is_weight(struct sample_weight got, uint64_t count, uint64_t delay_ticks, const char *name)
{
	is_u64(got.count, count, "%s: count", name);
	is_u64(got.delay_ticks, delay_ticks, "%s: delay", name);
}

static void test_exact_weights(void)
{
	const uint64_t one = SAMPLER_COUNT_ONE;

	is_weight(sampler_block_weight(0, 1), one, 0, "a wait of no tick where all are kept");
	is_weight(sampler_block_weight(0, 0), one, 0, "the same at rate 0");
	is_weight(sampler_block_weight(0, 100), one, 0, "the same, kept before the rate rose");
	is_weight(sampler_block_weight(1, 1), one, 1, "a tick at rate 1");
	is_weight(sampler_block_weight(7, 1), one, 7, "7 ticks at rate 1");
	is_weight(sampler_block_weight(100, 100), one, 100, "as long as the rate");
	is_weight(sampler_block_weight(101, 100), one, 101, "longer than the rate");
	is_weight(sampler_block_weight(25, 100), 4 * one, 100, "a quarter of the rate");
	is_weight(sampler_block_weight(3, 100), (100 * one + 1) / 3, 100, "a third of it, rounded to the nearest");
	is_weight(sampler_block_weight(UINT64_MAX, 100), one, UINT64_MAX, "the longest wait");
	is_weight(sampler_block_weight(1, UINT64_MAX), UINT64_MAX, UINT64_MAX, "the largest rate saturates");
	is_weight(sampler_mutex_weight(12, 1, 0), one, 12, "a release at fraction 1");
	is_weight(sampler_mutex_weight(12, 5, 0), 5 * one, 60, "a release at fraction 5");
	is_weight(sampler_mutex_weight(UINT64_MAX / 2, 3, 0), 3 * one, UINT64_MAX, "a charge that overflows saturates");
	is_weight(sampler_mutex_weight(1, UINT32_MAX, 0), UINT32_MAX * one, UINT32_MAX, "the largest fraction");
}

/* Each threshold of 1 ... rate comes up, no other; where all are kept nothing is drawn. */
static void test_thresholds(void)
{
	enum { RATE = 10, DRAWS = 100000 };
	unsigned counts[RATE + 2] = {0};
	struct random random, untouched;

	random_seed(&random, 5, 0);
	untouched = random;
	is_u64(sampler_block_threshold_ticks(&random, 0), 0, "at rate 0 every wait is long enough");
	is_u64(sampler_block_threshold_ticks(&random, 1), 0, "at rate 1 too");
	ok(sampler_mutex_keeps(&random, 1), "fraction 1 keeps");
	is_u64(random.state, untouched.state, "and no number is used up");
	for (int i = 0; i < DRAWS; i++) {
		uint64_t threshold_ticks = sampler_block_threshold_ticks(&random, RATE);

		counts[threshold_ticks > RATE ? RATE + 1 : threshold_ticks]++;
	}
	is_u64(counts[0] + counts[RATE + 1], 0, "thresholds are 1 ... rate");
	for (int i = 1; i <= RATE; i++)
		near_ratio(counts[i], DRAWS / RATE, 0.05, "threshold %d as often as the others", i);
}

int main(void)
{
	test_exact_weights();
	test_thresholds();
	test_mutex();
	test_block();
	test_biased_estimators_fail();
	return done();
}
