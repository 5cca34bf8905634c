/** Says by which way this process computes gradients of grouped convolutions, and for how many of PyTorch's records they are right. */

// Whoever loads TensorFlow sets this variable; here it stays as it was given, as if the processor were too old for oneDNN.
const KEPT = "TF_ENABLE_ONEDNN_OPTS";
process.env = new Proxy(process.env, {
  set: (env, name, value) => name === KEPT || Reflect.set(env, name, value),
  deleteProperty: (env, name) => name === KEPT || Reflect.deleteProperty(env, name),
});

const { computesGroupedGradients } = await import("../../../learn/network/ownGroupedGradients.js");
const { gradientsBy, RECORDED, WAYS } = await import("../../unit/learn/network/recordedGrouped.js");
const right = RECORDED.filter((recorded) => {
  const { dKernel, dx } = gradientsBy(WAYS.taken, recorded);
  return dKernel === recorded.dKernel && dx === recorded.dx;
});
console.log(JSON.stringify({ own: computesGroupedGradients(), wrong: RECORDED.length - right.length }));
