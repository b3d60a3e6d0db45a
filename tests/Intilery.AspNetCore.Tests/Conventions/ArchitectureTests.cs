using System.Text.RegularExpressions;
using Intilery.AspNetCore.Tests.Support;

namespace Intilery.AspNetCore.Tests.Conventions;

/// <summary>The page that leads strangers through the source names what is there.</summary>
public sealed partial class ArchitectureTests
{
    private static readonly string _page = Repository.ReadAllText("src/ARCHITECTURE.md");

    [Fact]
    public void Every_type_room_and_file_that_it_names_exists()
    {
        var types = Product.Types.Select(type => type.Name.Split('`')[0])
            .Concat(Product.Types.Select(type => type.Namespace!.Split('.')[^1]))
            .Concat(Product.SourceFiles().Select(path => Path.GetFileNameWithoutExtension(path)))
            .Append(nameof(RoomTests))
            .Append(nameof(ILifecycleTracker.BeginScope))
            .ToHashSet();

        Assert.All(Names().Matches(_page).Select(name => name.Groups[1].Value.Split('/')[^1]), name => Assert.Contains(name, types));
    }

    [Fact]
    public void Every_room_is_in_its_table() => Assert.All(
        Product.Rooms, room => Assert.Contains($"| `{room}", _page, StringComparison.Ordinal));

    // A type, perhaps behind its folder: the first cell of a room is a folder alone.
    [GeneratedRegex(@"(?<!\| )`((?:[A-Z]\w+/)*I?[A-Z][a-z]+[A-Z]\w+)`")]
    private static partial Regex Names();
}
