/* SX-1 in time by IDA and KLU: contents of every mixer, both layers of every settler, and ln r of every stage.

   ida CASE RTOL REPEATS

   What is timed is the integration, objects made before. Prints: return code, best time in ms, steps, derivatives; then, for
   each output time, the layers: aqueous of the first outlet, aqueous of the second, organic of the third, of the fourth. */
#include "sx1.h"
#include <ida/ida.h>

enum { LAYER_AQ = CATIONS, LAYER_ORG = 2 * CATIONS, LNR = 3 * CATIONS, PER_STAGE = 3 * CATIONS + 1 };

static sx1_case c;
static double *ratio, *x, *y, *dx, *dy; /* D and what is in the mixers; the slope of x and y over ln r */
static sx1_sparse matrix;

/* Equilibrium in every mixer: its contents M = Va x + Vo y, y = D x. */
static void equilibria(const double *u)
{
	for (int j = 0; j < c.stages; j++) {
		const double *v = u + j * PER_STAGE;
		double r = exp(v[LNR]), power[4] = {1, r, r * r, r * r * r};
		for (int i = 0; i < CATIONS; i++) {
			int o = j * CATIONS + i;
			double d = c.lnk[i] * power[(int)c.z[i]], per = 1 / (c.mixer_aq[j] + c.mixer_org[j] * d); /* lnk holds K by then */
			ratio[o] = d;
			x[o] = v[i] * per;
			y[o] = d * x[o];
			dx[o] = -x[o] * c.mixer_org[j] * c.z[i] * d * per;
			dy[o] = d * (dx[o] + c.z[i] * x[o]);
		}
	}
}

static int residual(realtype t, N_Vector uu, N_Vector pp, N_Vector ff, void *none)
{
	const double *u = N_VGetArrayPointer(uu), *rate = N_VGetArrayPointer(pp);
	double *f = N_VGetArrayPointer(ff);
	const double *stripped = u + (c.stages - 1) * PER_STAGE + LAYER_ORG;
	equilibria(u);
	for (int j = 0; j < c.stages; j++) {
		const double *v = u + j * PER_STAGE, *dv = rate + j * PER_STAGE;
		double *g = f + j * PER_STAGE, sum = 0;
		for (int i = 0; i < CATIONS; i++) {
			int o = j * CATIONS + i;
			double arrives = c.feed[o];
			if (j + 1 < c.stages)
				arrives += c.aq_in[j] * v[PER_STAGE + LAYER_AQ + i];
			if (j > 0)
				arrives += c.org_in[j] * v[i + LAYER_ORG - PER_STAGE];
			else {
				arrives += c.org_in[0] * c.keep * (i == c.hydrogen ? 1 - c.soap : 1) * stripped[i];
				if (i == c.sodium)
					arrives += c.org_in[0] * c.keep * c.soap * stripped[c.hydrogen];
			}
			g[i] = dv[i] - (arrives - c.aq[j] * x[o] - c.org[j] * y[o]);
			g[LAYER_AQ + i] = dv[LAYER_AQ + i] - c.aq[j] / c.settler_aq[j] * (x[o] - v[LAYER_AQ + i]);
			g[LAYER_ORG + i] = dv[LAYER_ORG + i] - c.org[j] / c.settler_org[j] * (y[o] - v[LAYER_ORG + i]);
			sum += c.z[i] * y[o];
		}
		if (!(sum > 0))
			return 1;
		g[LNR] = log(sum / c.extractant);
	}
	return 0;
}

static void derivatives(double cj)
{
	int last = (c.stages - 1) * PER_STAGE;
	matrix.used = 0;
	for (int j = 0; j < c.stages; j++) {
		int b = j * PER_STAGE;
		double sum = 0, slope = 0, ka = c.aq[j] / c.settler_aq[j], ko = c.org[j] / c.settler_org[j];
		for (int i = 0; i < CATIONS; i++)
			sum += c.z[i] * y[j * CATIONS + i];
		for (int i = 0; i < CATIONS; i++) {
			int o = j * CATIONS + i;
			double d = ratio[o], per = 1 / (c.mixer_aq[j] + c.mixer_org[j] * d);
			sx1_put(&matrix, b + i, b + i, cj + (c.aq[j] + c.org[j] * d) * per);
			sx1_put(&matrix, b + i, b + LNR, c.aq[j] * dx[o] + c.org[j] * dy[o]);
			if (j + 1 < c.stages && c.aq_in[j] > 0)
				sx1_put(&matrix, b + i, b + PER_STAGE + LAYER_AQ + i, -c.aq_in[j]);
			if (j > 0)
				sx1_put(&matrix, b + i, b - PER_STAGE + LAYER_ORG + i, -c.org_in[j]);
			else {
				sx1_put(&matrix, i, last + LAYER_ORG + i, -c.org_in[0] * c.keep * (i == c.hydrogen ? 1 - c.soap : 1));
				if (i == c.sodium)
					sx1_put(&matrix, i, last + LAYER_ORG + c.hydrogen, -c.org_in[0] * c.keep * c.soap);
			}
			sx1_put(&matrix, b + LAYER_AQ + i, b + LAYER_AQ + i, cj + ka);
			sx1_put(&matrix, b + LAYER_AQ + i, b + i, -ka * per);
			sx1_put(&matrix, b + LAYER_AQ + i, b + LNR, -ka * dx[o]);
			sx1_put(&matrix, b + LAYER_ORG + i, b + LAYER_ORG + i, cj + ko);
			sx1_put(&matrix, b + LAYER_ORG + i, b + i, -ko * d * per);
			sx1_put(&matrix, b + LAYER_ORG + i, b + LNR, -ko * dy[o]);
			sx1_put(&matrix, b + LNR, b + i, c.z[i] * d * per / sum);
			slope += c.z[i] * dy[o];
		}
		sx1_put(&matrix, b + LNR, b + LNR, slope / sum);
	}
}

static int jacobian(realtype t, realtype cj, N_Vector u, N_Vector p, N_Vector f, SUNMatrix m, void *none, N_Vector a, N_Vector b, N_Vector d)
{
	equilibria(N_VGetArrayPointer(u));
	derivatives(cj);
	sx1_store(&matrix, m);
	return 0;
}

/* The state that the file has, and rates that fit it. */
static void begin(N_Vector u, N_Vector p, N_Vector f)
{
	double *v = N_VGetArrayPointer(u);
	for (int j = 0; j < c.stages; j++) {
		memcpy(v + j * PER_STAGE, c.mixer + j * CATIONS, CATIONS * sizeof *v);
		memcpy(v + j * PER_STAGE + LAYER_AQ, c.layer_aq + j * CATIONS, CATIONS * sizeof *v);
		memcpy(v + j * PER_STAGE + LAYER_ORG, c.layer_org + j * CATIONS, CATIONS * sizeof *v);
		v[j * PER_STAGE + LNR] = c.solution[j];
	}
	N_VConst(0, p);
	residual(0, u, p, f, NULL);
	for (int k = 0; k < c.stages * PER_STAGE; k++)
		if (k % PER_STAGE != LNR)
			N_VGetArrayPointer(p)[k] = -N_VGetArrayPointer(f)[k];
}

int main(int count, char **arg)
{
	if (count != 4) {
		fprintf(stderr, "ida CASE RTOL REPEATS\n");
		return 2;
	}
	sx1_read(arg[1], &c);
	double rtol = atof(arg[2]), best = 1e300;
	int repeats = atoi(arg[3]), n = c.stages, unknowns = n * PER_STAGE, code = 0;
	enum { OUTPUTS = 4 };
	double rows[OUTPUTS][4 * CATIONS];
	ratio = sx1_room(n * CATIONS), x = sx1_room(n * CATIONS), y = sx1_room(n * CATIONS), dx = sx1_room(n * CATIONS), dy = sx1_room(n * CATIONS);
	for (int i = 0; i < CATIONS; i++)
		c.lnk[i] = exp(c.lnk[i]);

	SUNContext context;
	SUNContext_Create(NULL, &context);
	N_Vector u = N_VNew_Serial(unknowns, context), p = N_VClone(u), f = N_VClone(u), id = N_VClone(u), atol = N_VClone(u);
	for (int k = 0; k < unknowns; k++) {
		int at = k % PER_STAGE, j = k / PER_STAGE;
		N_VGetArrayPointer(id)[k] = at != LNR;
		N_VGetArrayPointer(atol)[k] = at == LNR ? rtol : 1e-4 * rtol * (at < CATIONS ? c.mixer_aq[j] + c.mixer_org[j] : 1);
	}
	begin(u, p, f);
	derivatives(1);
	sx1_pattern(&matrix, unknowns);
	SUNMatrix m = SUNSparseMatrix(unknowns, unknowns, matrix.used, CSC_MAT, context);
	SUNLinearSolver klu = SUNLinSol_KLU(u, m, context);
	void *ida = IDACreate(context);
	IDAInit(ida, residual, 0, u, p);
	IDASVtolerances(ida, rtol, atol);
	IDASetId(ida, id);
	IDASetMaxNumSteps(ida, 200000);
	IDASetLinearSolver(ida, klu, m);
	IDASetJacFn(ida, jacobian);
	for (int q = 0; q < repeats; q++) {
		begin(u, p, f);
		IDAReInit(ida, 0, u, p);
		double t = sx1_ms();
		for (int k = 0; k < OUTPUTS; k++) {
			double at;
			IDASetStopTime(ida, c.times[k]);
			code = IDASolve(ida, c.times[k], &at, u, p, IDA_NORMAL);
			const double *v = N_VGetArrayPointer(u);
			for (int s = 0; s < 4; s++)
				memcpy(rows[k] + s * CATIONS, v + (int)c.outlets[s] * PER_STAGE + (s < 2 ? LAYER_AQ : LAYER_ORG), CATIONS * sizeof *v);
		}
		t = sx1_ms() - t;
		best = t < best ? t : best;
	}
	long steps = 0, factored = 0;
	IDAGetNumSteps(ida, &steps);
	IDAGetNumJacEvals(ida, &factored);
	printf("%d %.6f %ld %ld\n", code, best, steps, factored);
	for (int k = 0; k < OUTPUTS; k++) {
		for (int i = 0; i < 4 * CATIONS; i++)
			printf("%.17g ", rows[k][i]);
		printf("\n");
	}
	return code < 0;
}
