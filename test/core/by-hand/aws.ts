/** The `aws` of a test's shell: hands its words to the test over a socket, and says what that answers. */
import { connect } from 'node:net';
import { text } from 'node:stream/consumers';

const socket = connect(process.env['AEROFAULT_AWS_SOCKET'] ?? '');
socket.end(JSON.stringify(process.argv.slice(2)));
const reply = await text(socket);
const said = /^said (.*)$/s.exec(reply)?.[1];
if (said === undefined) process.stderr.write(`${reply}\n`);
else process.stdout.write(`${said}\n`);
process.exitCode = said === undefined ? 254 : 0;
