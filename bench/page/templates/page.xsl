<?xml version="1.0" encoding="UTF-8"?>
<!-- page.xsl - the page as a whole: what comes first, what is found where.

     What the program gives (bench/page/): an element `page` with

       title, lead     the heading, and a line under it
       answer          a sentence that the data decides; to: the id of its figure; state: good, bad, open or plain
       notice          what the reader must know before anything else; in a part: of that result
       finder          groups (name) of links (to, and what stands on them)
       part            a section: id, title; in it parts, text, figures (figure.xsl), tables (table.xsl),
                       facts (name and text), commands, downloads (name, kind, size, href)
       style, script   style.css and comfort.js, as they are; hues: the colours of the figures, as CSS
       policy          what a browser may do with the page (template.c)

     Conventions of the markup, which style.css and the tests of the page build on:
     one h1; landmarks header, main, footer and nav with names; each part is a section that is labelled by its
     heading; a table stands in a div.scroll that takes the focus, with a caption and scope on its headings;
     names from elsewhere stand in bdi. Whatever is shown is text: nothing here writes markup
     out of data, and nothing may (no disable-output-escaping). -->
<xsl:stylesheet version="1.0" xmlns:xsl="http://www.w3.org/1999/XSL/Transform">
  <xsl:import href="parts.xsl"/>
  <xsl:import href="figure.xsl"/>
  <xsl:import href="table.xsl"/>
  <xsl:output method="html" encoding="UTF-8" indent="no"/>

  <xsl:template match="/page">
    <html lang="en">
      <head>
        <meta http-equiv="Content-Security-Policy" content="{policy}"/>
        <meta name="viewport" content="width=device-width, initial-scale=1"/>
        <meta name="generator" content="{@generator}"/>
        <meta name="color-scheme" content="light dark"/>
        <link rel="icon" href="data:,"/>
        <title>poolbench: <xsl:value-of select="title"/></title>
        <style><xsl:value-of select="style"/></style>
        <style><xsl:value-of select="hues"/></style>
      </head>
      <body>
        <a class="skip" href="#answers">to the answers</a>
        <header>
          <p class="program">poolbench</p>
          <h1><bdi><xsl:value-of select="title"/></bdi></h1>
          <xsl:for-each select="lead"><p class="lead"><bdi><xsl:value-of select="."/></bdi></p></xsl:for-each>
        </header>
        <main>
          <section id="answers" tabindex="-1">
            <h2 id="answers-title">What came of it</h2>
            <ul class="answers"><xsl:apply-templates select="answer"/></ul>
            <xsl:apply-templates select="notice"/>
          </section>
          <xsl:apply-templates select="finder"/>
          <xsl:apply-templates select="part"/>
        </main>
        <footer>
          <p>Made by <xsl:value-of select="@generator"/>. Nothing on this page is fetched from elsewhere.</p>
        </footer>
        <script><xsl:value-of select="script"/></script>
      </body>
    </html>
  </xsl:template>

  <xsl:template match="notice">
    <p class="notice"><strong>Note: </strong><bdi><xsl:value-of select="."/></bdi></p>
  </xsl:template>

  <xsl:template match="answer">
    <li class="{@state}">
      <xsl:choose>
        <xsl:when test="@to"><a href="#{@to}"><bdi><xsl:value-of select="."/></bdi></a></xsl:when>
        <xsl:otherwise><bdi><xsl:value-of select="."/></bdi></xsl:otherwise>
      </xsl:choose>
    </li>
  </xsl:template>

  <xsl:template match="finder">
    <xsl:if test="group"><nav id="finder" aria-label="Find">
      <h2>Find</h2>
      <xsl:for-each select="group">
        <details open="open">
          <summary><xsl:value-of select="@name"/></summary>
          <ul>
            <xsl:for-each select="link">
              <li><a href="#{@to}"><bdi><xsl:value-of select="."/></bdi></a></li>
            </xsl:for-each>
          </ul>
        </details>
      </xsl:for-each>
    </nav></xsl:if>
  </xsl:template>
</xsl:stylesheet>
