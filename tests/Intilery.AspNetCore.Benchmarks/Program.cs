using BenchmarkDotNet.Running;
using Intilery.AspNetCore.Benchmarks;

// dotnet run -c Release -- load 100000                events end to end, through the embedded outbox into a stand-in of its own process
// dotnet run -c Release -- --filter '*' --job short     the benchmarks of the parts
switch (args)
{
    case ["serve"]:
        await StandIn.RunAsync();
        break;
    case ["load", ..]:
        await Load.RunAsync(args.Length > 1 ? int.Parse(args[1], System.Globalization.CultureInfo.InvariantCulture) : 100_000);
        break;
    default:
        // In this process: a generated project would not know the solution's properties.
        BenchmarkSwitcher.FromAssembly(typeof(Load).Assembly).Run([.. args, "--inProcess"]);
        break;
}
