/* SX-1, steady, by KINSOL and KLU: unknowns ln x of every cation and ln r of every stage, analytic sparse derivatives.

   kinsol CASE log|linear newton|search SETUPS REPEATS

   log and linear are two ways to write a balance (ln out - ln in, or their difference over the feed); SETUPS is the number of
   steps after which derivatives are factored again. Objects and symbolic factors are kept; what is timed is KINSol alone.
   Prints: return code, best time in ms, Newton steps, largest difference of ln r from the solution in the file. */
#include "sx1.h"
#include <kinsol/kinsol.h>

enum { PER_STAGE = CATIONS + 1 };

static sx1_case c;
static int in_logs;
static double *x, *y, *in, *out, *sum, *scale, *work;
static sx1_sparse matrix;

static int residual(N_Vector uu, N_Vector ff, void *none)
{
	const double *u = N_VGetArrayPointer(uu);
	double *f = N_VGetArrayPointer(ff), lnl = log(c.extractant);
	int n = c.stages, last = (n - 1) * CATIONS;
	for (int j = 0; j < n; j++) {
		const double *v = u + j * PER_STAGE;
		double r = exp(v[CATIONS]), power[4] = {1, r, r * r, r * r * r};
		sum[j] = 0;
		for (int i = 0; i < CATIONS; i++) {
			int o = j * CATIONS + i;
			x[o] = exp(v[i]);
			y[o] = c.lnk[i] * power[(int)c.z[i]] * x[o]; /* lnk holds K by then */
			sum[j] += c.z[i] * y[o];
		}
		f[j * PER_STAGE + CATIONS] = log(sum[j]) - lnl;
	}
	for (int j = 0; j < n; j++)
		for (int i = 0; i < CATIONS; i++) {
			int o = j * CATIONS + i;
			double arrives = c.feed[o];
			if (j + 1 < n)
				arrives += c.aq_in[j] * x[o + CATIONS];
			if (j > 0)
				arrives += c.org_in[j] * y[o - CATIONS];
			else if (c.keep > 0) {
				arrives += c.org_in[0] * c.keep * (i == c.hydrogen ? 1 - c.soap : 1) * y[last + i];
				if (i == c.sodium)
					arrives += c.org_in[0] * c.keep * c.soap * y[last + c.hydrogen];
			}
			in[o] = arrives;
			out[o] = c.aq[j] * x[o] + c.org[j] * y[o];
			f[j * PER_STAGE + i] = in_logs ? log(out[o]) - log(arrives) : (out[o] - arrives) / scale[i];
		}
	for (int k = 0; k < n * PER_STAGE; k++)
		if (!isfinite(f[k]))
			return 1;
	return 0;
}

/* Derivatives at the last point of residual. */
static void derivatives(void)
{
	int n = c.stages, last = (n - 1) * CATIONS, lnr = CATIONS;
	matrix.used = 0;
	for (int j = 0; j < n; j++) {
		int base = j * PER_STAGE;
		double slope = 0;
		for (int i = 0; i < CATIONS; i++) {
			int o = j * CATIONS + i, row = base + i;
			double per_out = 1 / (in_logs ? out[o] : scale[i]), per_in = -1 / (in_logs ? in[o] : scale[i]);
			sx1_put(&matrix, row, row, per_out * out[o]);
			sx1_put(&matrix, row, base + lnr, per_out * c.org[j] * y[o] * c.z[i]);
			if (j + 1 < n)
				sx1_put(&matrix, row, row + PER_STAGE, per_in * c.aq_in[j] * x[o + CATIONS]);
			if (j > 0) {
				double t = per_in * c.org_in[j] * y[o - CATIONS];
				sx1_put(&matrix, row, row - PER_STAGE, t);
				sx1_put(&matrix, row, base - PER_STAGE + lnr, t * c.z[i]);
			} else if (c.keep > 0) {
				int from = (n - 1) * PER_STAGE;
				double t = per_in * c.org_in[0] * c.keep * (i == c.hydrogen ? 1 - c.soap : 1) * y[last + i], by_r = t * c.z[i];
				sx1_put(&matrix, row, from + i, t);
				if (i == c.sodium) {
					t = per_in * c.org_in[0] * c.keep * c.soap * y[last + c.hydrogen];
					sx1_put(&matrix, row, from + c.hydrogen, t);
					by_r += t;
				}
				sx1_put(&matrix, row, from + lnr, by_r);
			}
			sx1_put(&matrix, base + lnr, row, c.z[i] * y[o] / sum[j]);
			slope += c.z[i] * c.z[i] * y[o];
		}
		sx1_put(&matrix, base + lnr, base + lnr, slope / sum[j]);
	}
}

static int jacobian(N_Vector u, N_Vector f, SUNMatrix m, void *none, N_Vector t1, N_Vector t2)
{
	memcpy(work, N_VGetArrayPointer(f), c.stages * PER_STAGE * sizeof *work);
	residual(u, f, none); /* the line search may have looked elsewhere last */
	memcpy(N_VGetArrayPointer(f), work, c.stages * PER_STAGE * sizeof *work);
	derivatives();
	sx1_store(&matrix, m);
	return 0;
}

int main(int count, char **arg)
{
	if (count != 6) {
		fprintf(stderr, "kinsol CASE log|linear newton|search SETUPS REPEATS\n");
		return 2;
	}
	sx1_read(arg[1], &c);
	in_logs = !strcmp(arg[2], "log");
	int strategy = strcmp(arg[3], "search") ? KIN_NONE : KIN_LINESEARCH, repeats = atoi(arg[5]);
	int n = c.stages, unknowns = n * PER_STAGE, code = 0;
	x = sx1_room(n * CATIONS), y = sx1_room(n * CATIONS), in = sx1_room(n * CATIONS), out = sx1_room(n * CATIONS);
	sum = sx1_room(n), scale = sx1_room(CATIONS), work = sx1_room(unknowns);
	for (int i = 0; i < CATIONS; i++) {
		c.lnk[i] = exp(c.lnk[i]);
		for (int j = 0; j < n; j++)
			scale[i] += c.feed[j * CATIONS + i];
	}

	SUNContext context;
	SUNContext_Create(NULL, &context);
	N_Vector u = N_VNew_Serial(unknowns, context), ones = N_VNew_Serial(unknowns, context), f = N_VNew_Serial(unknowns, context);
	N_VConst(1, ones);
	memcpy(N_VGetArrayPointer(u), c.start, unknowns * sizeof(double));
	residual(u, f, NULL);
	derivatives();
	sx1_pattern(&matrix, unknowns);
	SUNMatrix m = SUNSparseMatrix(unknowns, unknowns, matrix.used, CSC_MAT, context);
	SUNLinearSolver klu = SUNLinSol_KLU(u, m, context);
	void *kin = KINCreate(context);
	KINInit(kin, residual, u);
	KINSetPrintLevel(kin, 0);
	KINSetErrFile(kin, NULL);
	KINSetLinearSolver(kin, klu, m);
	KINSetJacFn(kin, jacobian);
	KINSetMaxSetupCalls(kin, atol(arg[4]));
	KINSetNumMaxIters(kin, 500);
	KINSetFuncNormTol(kin, 1e-9);
	KINSetScaledStepTol(kin, 1e-13);
	KINSetMaxNewtonStep(kin, 1e4);

	double best = 1e300, off = 0;
	long steps = 0;
	for (int q = 0; q < repeats; q++) {
		memcpy(N_VGetArrayPointer(u), c.start, unknowns * sizeof(double));
		double t = sx1_ms();
		code = KINSol(kin, u, strategy, ones, ones);
		t = sx1_ms() - t;
		best = t < best ? t : best;
	}
	KINGetNumNonlinSolvIters(kin, &steps);
	for (int j = 0; j < n; j++)
		off = fmax(off, fabs(N_VGetArrayPointer(u)[j * PER_STAGE + CATIONS] - c.solution[j]));
	printf("%d %.6f %ld %.3e\n", code, best, steps, off);
	return 0;
}
