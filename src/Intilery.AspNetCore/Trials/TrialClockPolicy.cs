using Intilery.AspNetCore.Capture.EntityFramework;
using Intilery.AspNetCore.Hosting;
using Intilery.AspNetCore.Outbox;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;

namespace Intilery.AspNetCore.Trials;

/// <summary>Decides whether trials can be scheduled: where all processes share the schedule, or there is only one.</summary>
internal sealed class TrialClockPolicy(RuntimeMode mode, IOptionsMonitor<IntileryOptions> options, IHostEnvironment environment, IServiceProvider services)
{
    public TrialPlacement Placement { get; } = Place(mode, options, environment, services);

    /// <summary>Gets a value indicating whether the clock runs here: in the process that delivers, or where nothing is to be delivered.</summary>
    public bool RunsClock => Placement != TrialPlacement.Refused && (mode.Delivers || !mode.KeepsEvents);

    /// <exception cref="InvalidOperationException">Trials are mapped, and the clock that they feed cannot run.</exception>
    public void Check(IEnumerable<EntityMapping> mappings)
    {
        if (Placement == TrialPlacement.Refused && mappings.OfType<TrialMapping>().FirstOrDefault() is { } mapping)
        {
            throw new InvalidOperationException(
                $"{mapping.Call} feeds the trial clock, which cannot run on an outbox that belongs to one process: of several, one would end trials that "
                + "another has extended. Let events wait in the application's database (AddIntilery().UseEntityFrameworkOutbox<...>()), or set "
                + "Intilery:Outbox:SingleInstance to true if the application never runs in more than one process.");
        }
    }

    private static TrialPlacement Place(RuntimeMode mode, IOptionsMonitor<IntileryOptions> options, IHostEnvironment environment, IServiceProvider services)
    {
        if (!mode.KeepsEvents)
        {
            return TrialPlacement.Shown;
        }

        if (!mode.SharesOutbox && !environment.IsDevelopment() && !mode.IsTestServer && !options.CurrentValue.Outbox.SingleInstance)
        {
            return TrialPlacement.Refused;
        }

        return services.GetRequiredService<IOutboxStore>().SurvivesProcess ? TrialPlacement.Durable : TrialPlacement.Memory;
    }
}

/// <summary>Where the schedule of trials is, if anywhere.</summary>
internal enum TrialPlacement
{
    /// <summary>In memory, where events are shown and forgotten: with the process, nobody misses what it would have shown.</summary>
    Shown,

    /// <summary>
    /// The outbox is this process's own, and nobody has said that there is no other process: it would end trials that another one has
    /// extended, and swallow the starts of those that another has ended.
    /// </summary>
    Refused,

    /// <summary>In memory: what ends after the process does is forgotten.</summary>
    Memory,

    /// <summary>In a file or a database.</summary>
    Durable,
}
