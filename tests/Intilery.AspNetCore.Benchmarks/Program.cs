using System.Globalization;
using Intilery.AspNetCore.Benchmarks;

// A command and what it measures, and the child processes that it starts. RESULTS.md has what they said, and how they are run.
switch (args)
{
    // What an event costs from TrackAsync to the answer, beside other SDKs: the number of events, and a part of the name of one client alone.
    case ["track", .. var rest]:
        await Track.RunAsync(Number(rest, 50_000), rest.ElementAtOrDefault(1));
        break;

    // What requests that make an event cost; one database alone where it is named.
    case ["sign-in" or "sign-up", .. var rest]:
        await WebCosts.RunAsync(args[0], rest.Length > 0 ? rest : Databases.Names);
        break;

    // What requests in which nothing happens pay.
    case ["requests"]:
        await RequestCosts.RunAsync();
        break;

    // What large saves pay, and what queries pay.
    case ["import", .. var rest]:
        await Import.RunAsync([.. rest.Select(count => int.Parse(count, CultureInfo.InvariantCulture))]);
        break;
    case ["reads"]:
        await ReadCosts.RunAsync();
        break;

    // What an event pays while many others wait: how many.
    case ["backlog", .. var rest]:
        await Backlog.RunAsync(Number(rest, 1_000_000), rest.Length > 1 ? rest[1..] : Databases.Names);
        break;

    // How long an application takes to its first answer after a process was killed and left so many events.
    case ["start", .. var rest]:
        await StartCosts.RunAsync(Number(rest, 100_000));
        break;

    // What an event pays while somebody looks at the page.
    case ["page"]:
        await PageCosts.RunAsync();
        break;

    // What so many customers from before the package take, with a kill in between; one database alone where it is named.
    case ["backfill", .. var rest]:
        await Customers.RunAsync(Number(rest, 20_000), rest.Length > 1 ? rest[1..] : Databases.Names);
        break;

    case ["backfill-process" or "backfill-sign-ins", var database]:
        await Customers.RunProcessAsync(database, signsIn: args[0] == "backfill-sign-ins");
        break;

    // What Outbox:Protect adds.
    case ["protect"]:
        await ProtectionCosts.RunAsync();
        break;

    // Three nodes on a PostgreSQL of its own, through so many minutes of faults.
    case ["soak", .. var rest]:
        return await Soak.RunAsync(rest.Length > 0 ? double.Parse(rest[0], CultureInfo.InvariantCulture) : 10);
    case ["soak-node", var database, var api]:
        await SoakNode.RunAsync(database, api);
        break;

    case ["stand-in", var mark]:
        await StandIn.ServeAsync(mark);
        break;
    case ["web", var database, .. var rest]:
        await WebCosts.ServeAsync(database, rest is [var address, ..] ? new Uri(address) : null, rest.ElementAtOrDefault(1));
        break;
    default:
        Console.Error.WriteLine("track, sign-in, sign-up, requests, import, reads, backlog, start, page, backfill, protect or soak");
        return 1;
}

return 0;

static int Number(string[] rest, int otherwise) => rest.Length > 0 ? int.Parse(rest[0], CultureInfo.InvariantCulture) : otherwise;
