/**
 * Commands about users and what they may do.
 *
 * @module
 */

import { listed, type MethodRows, plain } from "../methods.ts";
import { toRecords } from "../readers.ts";
import { toUser } from "../server_readers.ts";
import type { AclMethods } from "../signatures/acl.ts";
import type { CommandRows } from "../spec.ts";
import { subcommands } from "../subcommands.ts";

/** Commands about users. */
export const ACL_COMMANDS: CommandRows = {
  ACL: {
    subcommands: subcommands(
      "CAT DELUSER DRYRUN GENPASS GETUSER LIST LOAD LOG SAVE SETUSER " +
        "USERS WHOAMI",
    ),
  },
};

/** The methods of the family. */
export const ACL_METHODS: MethodRows<AclMethods> = {
  aclCat: plain("ACL CAT", 0, 1),
  aclDelUser: listed("ACL DELUSER", 0, 1),
  aclDryRun: listed("ACL DRYRUN", 2),
  aclGenPass: plain("ACL GENPASS", 0, 1),
  aclGetUser: plain("ACL GETUSER", 1, 1, { records: toUser }),
  aclHelp: plain("ACL HELP", 0),
  aclList: plain("ACL LIST", 0),
  aclLoad: plain("ACL LOAD", 0),
  aclLog: plain("ACL LOG", 0, 1, { records: toRecords }),
  aclSave: plain("ACL SAVE", 0),
  aclSetUser: listed("ACL SETUSER", 1),
  aclUsers: plain("ACL USERS", 0),
  aclWhoami: plain("ACL WHOAMI", 0),
};
