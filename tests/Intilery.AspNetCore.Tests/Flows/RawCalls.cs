using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using Microsoft.Extensions.DependencyInjection;

namespace Intilery.AspNetCore.Tests.Flows;

/// <summary>The sign-ins and sign-outs of an application as the framework itself counts them, whatever stands in front of it.</summary>
internal sealed class RawCalls : IDisposable
{
    private const string SignIns = "aspnetcore.authentication.sign_ins";
    private const string SignOuts = "aspnetcore.authentication.sign_outs";

    private readonly MeterListener _listener = new();
    private readonly ConcurrentQueue<string> _all = new();

    public RawCalls(IServiceProvider services)
    {
        var meters = services.GetRequiredService<IMeterFactory>();
        _listener.InstrumentPublished = (instrument, listener) =>
        {
            if (ReferenceEquals(instrument.Meter.Scope, meters) && instrument.Name is SignIns or SignOuts)
            {
                listener.EnableMeasurementEvents(instrument);
            }
        };
        _listener.SetMeasurementEventCallback<long>((instrument, _, tags, _) =>
        {
            var named = tags.ToArray().ToDictionary(tag => tag.Key, tag => (string?)tag.Value);
            var scheme = named.GetValueOrDefault("aspnetcore.authentication.scheme") ?? "default";
            var failure = named.TryGetValue("error.type", out var type) ? $" {type!.Split('.')[^1]}" : string.Empty;
            _all.Enqueue($"{(instrument.Name == SignIns ? "in" : "out")} {Short(scheme)}{failure}");
        });
        _listener.Start();
    }

    public IReadOnlyList<string> All => [.. _all];

    public void Dispose() => _listener.Dispose();

    private static string Short(string scheme) => scheme switch
    {
        "Identity.Application" => "App",
        "Identity.External" => "Ext",
        "Identity.TwoFactorUserId" => "2FA",
        "Identity.TwoFactorRememberMe" => "Rem",
        "Identity.Bearer" => "Bearer",
        _ => scheme,
    };
}
