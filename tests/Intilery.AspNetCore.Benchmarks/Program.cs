using System.Globalization;
using Intilery.AspNetCore.Benchmarks;

// "load 100000" sends so many events end to end, "requests" measures what requests pay, "import" what large saves pay, "reads" what queries
// pay, "page" what an event pays while somebody looks at the page, "backfill 20000" what so many customers from before the package take,
// "soak 10" lets three nodes on a PostgreSQL of its own live through ten minutes of faults;
// anything else is BenchmarkDotNet's.
if (args is ["load", ..])
{
    await Load.RunAsync(args.Length > 1 ? int.Parse(args[1], System.Globalization.CultureInfo.InvariantCulture) : 100_000);
}
else if (args is ["requests"])
{
    await RequestCosts.RunAsync();
}
else if (args is ["page"])
{
    await PageCosts.RunAsync();
}
else if (args is ["import"])
{
    await Import.RunAsync();
}
else if (args is ["reads"])
{
    await ReadCosts.RunAsync();
}
else if (args is ["backfill", ..])
{
    await Customers.RunAsync(args.Length > 1 ? int.Parse(args[1], System.Globalization.CultureInfo.InvariantCulture) : 20_000);
}
else if (args is ["soak", ..])
{
    return await Soak.RunAsync(args.Length > 1 ? double.Parse(args[1], System.Globalization.CultureInfo.InvariantCulture) : 10);
}
else if (args is ["soak-node", var database, var api])
{
    await SoakNode.RunAsync(database, api);
}
else
{
    BenchmarkSwitcher.FromAssembly(typeof(Load).Assembly).Run(args);
}

return 0;
