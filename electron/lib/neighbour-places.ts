// How many connections stand open, by the neighbour that they come from. Counts and gives back; what is too many is for who
// asks.

import type { Socket } from 'node:net';
import { addressBlock, plainAddress } from './address-block.ts';

export type NeighbourPlaces = {
  /** From where this socket comes, without it. */
  readonly openFrom: (socket: Socket) => number;
  /** Counts it until it closes. */
  readonly take: (socket: Socket) => void;
};

export function createNeighbourPlaces(): NeighbourPlaces {
  const open = new Map<string, number>();
  const blockOf = (socket: Socket) => addressBlock(plainAddress(socket.remoteAddress));
  return {
    openFrom: (socket) => open.get(blockOf(socket)) ?? 0,
    take(socket) {
      const block = blockOf(socket);
      open.set(block, (open.get(block) ?? 0) + 1);
      socket.once('close', () => {
        const left = (open.get(block) ?? 1) - 1;
        if (left > 0) open.set(block, left);
        else open.delete(block);
      });
    },
  };
}
