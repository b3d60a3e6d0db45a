using Intilery.AspNetCore.Outbox;
using Intilery.AspNetCore.Tests.Support;

namespace Intilery.AspNetCore.Tests.Outbox;

/// <summary>Where events are shown only, trials mean what they mean everywhere else.</summary>
public sealed class CaptureOnlyTrialsTests : TrialScheduleContract
{
    private protected override IOutboxStore OpenNew() => new ShownStore();
}
