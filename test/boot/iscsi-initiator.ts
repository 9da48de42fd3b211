import { once } from 'node:events';
import { connect, type Socket } from 'node:net';

const opcodes = { loginResponse: 0x23, scsiResponse: 0x21 } as const;
const headerBytes = 48;

const parameters = {
  InitiatorName: 'iqn.2024-01.test:kiln',
  SessionType: 'Normal',
  HeaderDigest: 'None',
  DataDigest: 'None',
  MaxConnections: '1',
  InitialR2T: 'Yes',
  ImmediateData: 'Yes',
  MaxRecvDataSegmentLength: '8192',
  MaxBurstLength: '262144',
  FirstBurstLength: '65536',
  DefaultTime2Wait: '0',
  DefaultTime2Retain: '0',
  MaxOutstandingR2T: '1',
  DataPDUInOrder: 'Yes',
  DataSequenceInOrder: 'Yes',
  ErrorRecoveryLevel: '0',
} as const;

/** A session with an iSCSI target: as much of RFC 7143 as writes some sectors. */
export interface IscsiSession {
  /** Writes whole sectors of 512 bytes, at most 8 KiB. */
  readonly write: (lun: number, sector: number, data: Buffer) => Promise<void>;
  readonly close: () => void;
}

/** Logs in to a target without authentication; throws if the target refuses. */
export async function openIscsiSession(port: number, targetName: string): Promise<IscsiSession> {
  const socket = connect(port, '127.0.0.1');
  await once(socket, 'connect');
  const receive = pduReader(socket);
  let [commandNumber, statusNumber] = [1, await logIn(socket, receive, targetName)];
  const command = async (lun: number, cdb: Buffer, data: Buffer): Promise<number> => {
    const pdu = header(0x01, 0xa1);
    pdu.writeUInt8(lun, 9);
    pdu.writeUInt32BE(commandNumber, 16);
    pdu.writeUInt32BE(data.length, 20);
    pdu.writeUInt32BE(commandNumber, 24);
    pdu.writeUInt32BE(statusNumber, 28);
    cdb.copy(pdu, 32);
    commandNumber += 1;
    send(socket, pdu, data);
    for (;;) {
      const response = await receive();
      if ((response[0] ?? 0) !== opcodes.scsiResponse) continue;
      statusNumber = response.readUInt32BE(24) + 1;
      return response.readUInt8(3);
    }
  };
  return {
    write: async (lun, sector, data) => {
      const cdb = Buffer.alloc(16);
      cdb.writeUInt8(0x2a, 0);
      cdb.writeUInt32BE(sector, 2);
      cdb.writeUInt16BE(data.length / 512, 7);
      // The first command of a session may be answered with the news that the target was switched on.
      const status = (await command(lun, cdb, data)) && (await command(lun, cdb, data));
      if (status !== 0) throw new Error(`the target answers a write with SCSI status ${status}`);
    },
    close: () => socket.destroy(),
  };
}

/** Offers every key, so that the target has nothing to ask. @returns the number of the status to expect next. */
async function logIn(socket: Socket, receive: () => Promise<Buffer>, targetName: string): Promise<number> {
  let words = Object.entries({ TargetName: targetName, ...parameters })
    .map(([key, value]) => `${key}=${value}\0`)
    .join('');
  for (let statusNumber = 0; ;) {
    // From the operational stage straight into the full-feature phase.
    const login = header(0x43, 0x87);
    login.writeUInt32BE(0x80123456, 8);
    login.writeUInt32BE(1, 24);
    login.writeUInt32BE(statusNumber, 28);
    send(socket, login, words);
    const answer = await receive();
    const refused = answer[0] !== opcodes.loginResponse || answer.readUInt16BE(36) !== 0;
    if (refused)
      throw new Error(`the target refuses the login: ${answer.subarray(0, headerBytes).toString('hex')}`);
    statusNumber = answer.readUInt32BE(24) + 1;
    if ((answer.readUInt8(1) & 0x80) !== 0) return statusNumber;
    words = '';
  }
}

function header(opcode: number, flags: number): Buffer {
  const pdu = Buffer.alloc(headerBytes);
  pdu.writeUInt8(opcode, 0);
  pdu.writeUInt8(flags, 1);
  return pdu;
}

function send(socket: Socket, pdu: Buffer, data: Buffer | string): void {
  const bytes = Buffer.from(data);
  pdu.writeUIntBE(bytes.length, 5, 3);
  socket.write(Buffer.concat([pdu, bytes, Buffer.alloc(padding(bytes.length))]));
}

const padding = (length: number): number => (4 - (length % 4)) % 4;

/** Takes whole PDUs, header and data, out of what arrives. */
function pduReader(socket: Socket): () => Promise<Buffer> {
  const chunks = socket[Symbol.asyncIterator]() as AsyncIterator<Buffer>;
  let pending: Buffer = Buffer.alloc(0);
  return async () => {
    for (;;) {
      const length = pending.length < headerBytes ? 0 : pending.readUIntBE(5, 3);
      const whole = headerBytes + length + padding(length);
      if (pending.length >= whole) {
        const pdu = pending.subarray(0, whole);
        pending = pending.subarray(whole);
        return pdu;
      }
      const { value, done } = await chunks.next();
      if (done === true) throw new Error('the target closed the connection');
      pending = Buffer.concat([pending, value]);
    }
  };
}
