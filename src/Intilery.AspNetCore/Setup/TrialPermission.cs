using Intilery.AspNetCore.Enrich.Trials;
using Intilery.AspNetCore.Outbox;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Intilery.AspNetCore.Setup;

/// <summary>Decides whether trials can be scheduled: where all processes share the schedule, or there is only one.</summary>
internal sealed class TrialPermission(RuntimeMode mode, LiveOptions options, IHostEnvironment environment, IServiceProvider services)
{
    public TrialPlacement Placement { get; } = Place(mode, options, environment, services);

    public bool MayRun => Placement is TrialPlacement.Memory or TrialPlacement.Durable;

    private static TrialPlacement Place(RuntimeMode mode, LiveOptions options, IHostEnvironment environment, IServiceProvider services)
    {
        if (!mode.KeepsEvents)
        {
            return TrialPlacement.Nowhere;
        }

        var isShared = services.GetService<ITransactionalOutbox>() is not null;
        if (!isShared && !environment.IsDevelopment() && !mode.IsTestServer && !options.Current.Outbox.SingleInstance)
        {
            return TrialPlacement.Refused;
        }

        return services.GetRequiredService<IOutboxStore>().SurvivesProcess ? TrialPlacement.Durable : TrialPlacement.Memory;
    }
}
