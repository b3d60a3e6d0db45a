using Intilery.AspNetCore.Enrich;
using Intilery.AspNetCore.Outbox;
using Intilery.AspNetCore.Outbox.Trials;
using Intilery.AspNetCore.Website;
using NetArchTest.Rules;

namespace Intilery.AspNetCore.Tests.Conventions;

/// <summary>Nothing flows back: a stage knows the next one only through the few types that it hands its work to.</summary>
public sealed class StageTests
{
    private static readonly string _happenings = $"{Product.Root}.Enrich.Happenings";

    public static TheoryData<string, string[]> Doors => new()
    {
        { "Capture", [nameof(IScopeSettler), nameof(ISaveJournal), nameof(TenantResolution), nameof(SessionMarkers), nameof(TrackingConsent), _happenings] },
        {
            "Enrich",
            [
                nameof(IOutboxAppender), nameof(ITransactionalOutbox), nameof(Intent), nameof(OutboxRow), nameof(Settlement), nameof(RowIdSequence),
                nameof(RecordOutcome), nameof(DeadLetter), nameof(Trial), nameof(TrialChange),
            ]
        },
        { "Outbox", [] },
        { "Deliver", [nameof(IOutboxReader), nameof(IDeliveryLease), nameof(OutboxRow), nameof(OutboxSignal), nameof(DeadLetter)] },
        { "Diagnostics", [] },
        { "Events", [] },
        { "Website", [_happenings] },
    };

    [Theory]
    [MemberData(nameof(Doors))]
    public void A_stage_uses_another_by_its_named_doors_alone(string stage, string[] doors)
    {
        var closed = Product.Types
            .Where(type => Product.StageOf(type) is { } other && other != stage && !IsForEveryStage(stage, other))
            .Where(type => !doors.Contains(type.Name) && !doors.Contains(type.Namespace))
            .Select(type => type.FullName!.Replace('+', '/'))
            .ToArray();

        Assert.Empty(Offenders(stage, closed));
    }

    [Fact]
    public void Every_door_is_used()
    {
        var closed = from row in Doors
                     let stage = row.Data.Item1
                     from door in row.Data.Item2
                     let name = door == _happenings ? door : Product.Types.Single(type => type.Name == door).FullName
                     where Offenders(stage, name).Count == 0
                     select $"{stage} -> {door}";

        Assert.Empty(closed);
    }

    [Fact]
    public void Every_stage_is_known() => Assert.Equal(
        Product.Stages.Order(StringComparer.Ordinal),
        Doors.Select(row => row.Data.Item1).Append("Operations").Append("Setup").Order(StringComparer.Ordinal));

    [Fact]
    public void Every_folder_is_a_stage() => Assert.Equal(
        Product.Stages,
        Product.SourceFiles().Where(path => path.Contains('/', StringComparison.Ordinal)).Select(path => path.Split('/')[0]).Distinct());

    // Diagnostics is used by every stage and Events by every stage but it; Operations looks at the stages and Setup puts them together; none knows either.
    private static bool IsForEveryStage(string stage, string other) =>
        other == "Events" ? stage != "Diagnostics" : other == "Diagnostics" && stage != "Events";

    private static List<string> Offenders(string stage, params string[] types) =>
        [.. Types.InAssembly(Product.Assembly)
            .That().ResideInNamespace($"{Product.Root}.{stage}")
            .And().HaveDependencyOnAny(types)
            .GetTypes()
            .Select(type => type.FullName!)];
}
