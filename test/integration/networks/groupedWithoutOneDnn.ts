/** Says by which way this process computes gradients of grouped convolutions, and for how many of PyTorch's records they are right. */
import { computesGroupedGradients } from "../../../learn/network/ownGroupedGradients.js";
import { gradientsBy, RECORDED, WAYS } from "../../unit/learn/network/recordedGrouped.js";

const right = RECORDED.filter((recorded) => {
  const { dKernel, dx } = gradientsBy(WAYS.taken, recorded);
  return dKernel === recorded.dKernel && dx === recorded.dx;
});
console.log(JSON.stringify({ own: computesGroupedGradients(), wrong: RECORDED.length - right.length }));
