using NetArchTest.Rules;

namespace Intilery.AspNetCore.Tests.Conventions;

/// <summary>A room of the architecture uses only the rooms that are listed for it. A few pairs use each other, such as <c>Scopes</c> and <c>Compose</c>.</summary>
public sealed class RoomTests
{
    /// <summary>Gets, for each room, the rooms that it may use. Every room may use the root and <c>Diagnostics</c>.</summary>
    public static TheoryData<string, string[]> Rooms => new()
    {
        { "Diagnostics", [] },
        { "Events", [] },
        { "Scopes", ["Browser", "Compose", "Events"] },
        { "Capture", ["Scopes", "Compose", "Events"] },
        { "Compose", ["Scopes", "Trials", "Outbox", "Events"] },
        { "Trials", ["Capture", "Compose", "Hosting", "Outbox", "Events"] },
        { "Outbox", ["Trials", "Events"] },
        { "Backfill", ["Capture", "Compose", "Scopes", "Trials", "Outbox", "Events"] },
        { "Delivery", ["Commands", "Compose", "Hosting", "Scopes", "Outbox", "Trials", "Events"] },
        { "Browser", ["Scopes", "Events"] },
        { "Dashboard", ["Commands", "Compose", "Delivery", "Hosting", "Scopes", "Outbox", "Events"] },
        { "Commands", ["Backfill", "Capture", "Compose", "Hosting", "Scopes", "Trials", "Outbox", "Delivery", "Events"] },
    };

    [Theory]
    [MemberData(nameof(Rooms))]
    public void A_room_uses_only_the_rooms_that_are_listed_for_it(string room, string[] used) => Assert.Empty(
        from other in Product.Rooms
        where other != room && other != "Diagnostics" && !used.Contains(other)
        from type in Users(room, other)
        select $"{type} uses {other}");

    [Fact]
    public void Hosting_puts_the_rooms_together_and_every_other_room_is_named_here() => Assert.Equal(
        Product.Rooms.Order(StringComparer.Ordinal),
        Rooms.Select(row => row.Data.Item1).Append("Hosting").Order(StringComparer.Ordinal));

    [Fact]
    public void Every_folder_is_a_room() => Assert.Equal(
        Product.Rooms,
        Product.SourceFiles().Where(path => path.Contains('/', StringComparison.Ordinal)).Select(path => path.Split('/')[0]).Distinct());

    private static IEnumerable<string> Users(string room, string other) =>
        Types.InAssembly(Product.Assembly)
            .That().ResideInNamespace($"{Product.Root}.{room}")
            .And().HaveDependencyOnAny([.. Product.Types.Where(type => Product.RoomOf(type) == other).Select(type => type.FullName!.Replace('+', '/'))])
            .GetTypes()
            .Select(type => type.FullName!);
}
