using Intilery.AspNetCore.Outbox.EntityFramework;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace Intilery.AspNetCore.Hosting;

/// <summary>What this process does with events: shows them, keeps them, delivers them. Decided once, when it is first asked.</summary>
internal sealed class RuntimeMode(IOptionsMonitor<IntileryOptions> options, IServiceProvider services)
{
    private const string TestServer = "Microsoft.AspNetCore.TestHost.TestServer";

    private bool? _keepsEvents;

    public bool HasServer => services.GetService<IServer>() is not null;

    public bool IsTestServer => services.GetService<IServer>()?.GetType().FullName == TestServer;

    /// <summary>Gets a value indicating whether a test would send its events out of the machine.</summary>
    public bool IsHeldByTestServer =>
        IsTestServer && !options.CurrentValue.BaseAddress.IsLoopback && !options.CurrentValue.Delivery.UnderTestServer;

    /// <summary>Gets a value indicating whether events are kept for delivery; if not, they are shown and forgotten.</summary>
    public bool KeepsEvents => _keepsEvents ??= !options.CurrentValue.HasNoAccount && !options.CurrentValue.CaptureOnly && !IsHeldByTestServer;

    /// <summary>Gets a value indicating whether the outbox is in the application's database, which its processes share.</summary>
    public bool SharesOutbox => services.GetService<IOutboxSessions>() is not null;

    public bool Delivers => KeepsEvents && options.CurrentValue.Delivery.Enabled;
}
