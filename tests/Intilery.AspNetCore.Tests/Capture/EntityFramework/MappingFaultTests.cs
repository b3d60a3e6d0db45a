using Intilery.AspNetCore.Tests.Support.Teams;
using Microsoft.Extensions.DependencyInjection;

namespace Intilery.AspNetCore.Tests.Capture.EntityFramework;

/// <summary>A mapping that cannot work stops the start, and says what to write.</summary>
public sealed class MappingFaultTests
{
    private static IntileryBuilder Builder => new ServiceCollection().AddIntilery();

    [Fact]
    public void An_expression_that_reads_nothing_of_the_entity_is_refused() =>
        Assert.Equal(
            "'user => \"Peter\"' reads no member of TeamUser. (Parameter 'firstName')",
            Assert.Throws<ArgumentException>(() => Builder.MapUsers<TeamUser>(firstName: user => "Peter")).Message);

    [Fact]
    public void The_entity_itself_is_no_member() =>
        Assert.Throws<ArgumentException>("user", () => Builder.MapMemberships<TeamMember>(member => member, member => member.TeamId));

    [Fact]
    public void A_mark_of_deletion_that_no_row_can_tell_is_refused() =>
        Assert.StartsWith(
            "'seat => (seat.Id > 3)' cannot be read from a row. Write 'x => x.IsDeleted'",
            Assert.Throws<ArgumentException>("isDeleted", () => Builder.MapMemberships<Seat>(seat => seat.UserId, seat => seat.TeamId, isDeleted: seat => seat.Id > 3)).Message,
            StringComparison.Ordinal);

    [Fact]
    public async Task A_type_that_no_model_holds_stops_the_start() =>
        Assert.Equal(
            "MapUsers<PersonName>: no context's model holds PersonName (contexts: AppDb, TeamsDb). Map the class that is in the model, or remove the call.",
            await FaultAsync(builder => builder.MapUsers<PersonName>()));

    [Fact]
    public async Task What_is_no_column_stops_the_start_and_all_of_it_is_said_at_once() =>
        Assert.Equal(
            "MapUsers<TeamUser>: 'user => user.Label' is not a column of TeamUser. Name a mapped property, or EF.Property for a shadow one."
            + Environment.NewLine
            + "MapMemberships<TeamMember>: 'member => member.User.Job' is not a column of TeamMember. Name a mapped property, or EF.Property for a shadow one.",
            await FaultAsync(builder => builder
                .MapUsers<TeamUser>(tenant: user => user.Label)
                .MapMemberships<TeamMember>(member => member.User!.Job, member => member.TeamId)));

    private static async Task<string> FaultAsync(Action<IntileryBuilder> map) =>
        (await Assert.ThrowsAsync<InvalidOperationException>(() => TeamsApp.StartAsync(map))).Message;
}
