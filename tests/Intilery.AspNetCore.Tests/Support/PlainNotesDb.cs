using Microsoft.EntityFrameworkCore;

namespace Intilery.AspNetCore.Tests.Support;

/// <summary>A context on the same table as <see cref="NotesDb"/> that does not know of the outbox.</summary>
public sealed class PlainNotesDb(DbContextOptions<PlainNotesDb> options) : DbContext(options)
{
    public DbSet<Note> Notes => Set<Note>();
}
